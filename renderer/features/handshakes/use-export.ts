import { useI18n } from 'vue-i18n'
import { useLink } from '../../api'
import { readCaptureFile } from '../../api/capture-file'
import { copyText, saveBlob, saveFile } from '../../api/file'
import { toMermaid } from '../../canvas/sequence/mermaid'
import { useLog } from '../../stores/log'
import { usePackets } from '../../stores/packets'
import type { Diagram } from './use-diagram'
import { useMermaidWords } from './words'

/** What leaves the screen: Mermaid text, pictures, packets for Wireshark. */
export function useExport(diagram: Diagram) {
  const { t } = useI18n()
  const log = useLog()
  const packets = usePackets()
  const link = useLink()
  const words = useMermaidWords()

  const say = (done: boolean): void =>
    log.push({
      level: done ? 'info' : 'warn',
      text: t(done ? 'handshakes.copied' : 'handshakes.copyFailed'),
      note: null,
      details: [],
    })
  /** Pictures need code that the screen otherwise does not. */
  async function svg(): Promise<string> {
    const { sceneSvg } = await import('./export-image')
    return diagram.scene ? sceneSvg(diagram.scene, { k: diagram.k, strokeK: diagram.strokeK }) : ''
  }
  async function png(): Promise<Blob> {
    const { svgToPng } = await import('./export-image')
    return svgToPng(await svg())
  }
  return {
    copyMermaid: async () => say(await copyText(toMermaid(diagram.input, diagram.lanes, words.value))),
    copyPng: () =>
      log.attempt(async () => {
        try {
          await navigator.clipboard.write([new ClipboardItem({ 'image/png': png() })])
          say(true)
        } catch (thrown) {
          if (!(thrown instanceof DOMException)) throw thrown
          say(false)
        }
      }),
    savePng: () =>
      log.attempt(async () =>
        saveFile('handshakes.png', new Uint8Array(await (await png()).arrayBuffer()), 'image/png'),
      ),
    saveSvg: () => log.attempt(async () => saveFile('handshakes.svg', await svg(), 'image/svg+xml')),
    savePcapng: () =>
      log.attempt(async () => saveBlob('handshakes.pcapng', await readCaptureFile(link.api, packets.filter))),
  }
}
export type Exports = ReturnType<typeof useExport>
