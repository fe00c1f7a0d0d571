import { watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useLanguage } from '../../i18n/language'
import { loadedTexts } from '../../i18n/load'
import { useLink } from '../../api'
import { readCaptureFile, readMessages } from '../../api/capture-file'
import { copyText, saveBlob, saveFile } from '../../api/file'
import { toMermaid } from '../../canvas/sequence/mermaid'
import { MOMENT_TEXTS, momentPage, type Moment } from '../../moment/moment'
import { useMoment } from '../../stores/moment'
import { useLog } from '../../stores/log'
import { usePackets } from '../../stores/packets'
import { useStatus } from '../../stores/status'
import type { Diagram } from './use-diagram'
import { useMermaidWords } from './words'

/** Shares the moment that was asked for on another screen, as soon as there is something drawn. */
function whenAsked(diagram: Diagram, share: () => Promise<void>): void {
  const asked = useMoment()
  watch(
    () => asked.wanted && diagram.input.packets.length > 0,
    (now) => {
      if (!now) return
      asked.wanted = false
      void share()
    },
    { immediate: true },
  )
}

/** The page that carries a moment is made by the build and lies beside the others. */
async function emptyPage(missing: string): Promise<string> {
  const answer = await fetch(new URL('moment.html', document.baseURI))
  if (!answer.ok) throw new Error(missing)
  return answer.text()
}

/** Saves what is drawn as a page of its own. */
function useShareMoment(diagram: Diagram): () => Promise<void> {
  const { t } = useI18n()
  const lang = useLanguage()
  const status = useStatus()
  const log = useLog()
  const packets = usePackets()
  /** What is drawn when it is asked for, however long the rest takes. */
  const drawn = (): Moment => ({
    version: 1,
    lang: lang.value,
    texts: loadedTexts(lang.value, MOMENT_TEXTS),
    theme: document.documentElement.dataset['theme'] === 'light' ? 'light' : 'dark',
    recorded: status.recorded,
    partial: packets.filter !== '' || diagram.others.length > 0,
    lanes: diagram.lanes,
    input: diagram.input,
  })
  return () =>
    log.attempt(async () => {
      const moment = drawn()
      if (moment.input.packets.length === 0) throw new Error(t('handshakes.moment.empty'))
      saveFile(
        'moment.html',
        momentPage(await emptyPage(t('handshakes.moment.missing')), moment),
        'text/html',
      )
    })
}

/** What leaves the screen: Mermaid text, pictures, packets for Wireshark. */
export function useExport(diagram: Diagram) {
  const { t } = useI18n()
  const log = useLog()
  const packets = usePackets()
  const link = useLink()
  const words = useMermaidWords()

  const say = (done: boolean): void => {
    const text = t(done ? 'handshakes.copied' : 'handshakes.copyFailed')
    log.push({ level: done ? 'info' : 'warn', text, note: null, details: [] })
  }
  /** Pictures need code that the screen otherwise does not. */
  async function svg(): Promise<string> {
    const { sceneSvg } = await import('./export-image')
    return diagram.scene ? sceneSvg(diagram.scene, { k: diagram.k, strokeK: diagram.strokeK }) : ''
  }
  const png = async (): Promise<Blob> => (await import('./export-image')).svgToPng(await svg())
  const shareMoment = useShareMoment(diagram)
  whenAsked(diagram, shareMoment)
  const saveMessages = (as: 'csv' | 'jsonl') => () =>
    log.attempt(async () => saveBlob(`messages.${as}`, await readMessages(link.api, packets.filter, as)))
  return {
    saveCsv: saveMessages('csv'),
    saveJsonLines: saveMessages('jsonl'),
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
    shareMoment,
    savePcapng: () =>
      log.attempt(async () => saveBlob('handshakes.pcapng', await readCaptureFile(link.api, packets.filter))),
  }
}
export type Exports = ReturnType<typeof useExport>
