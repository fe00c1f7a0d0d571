import { useConnection } from '../../stores/connection'
import { useGate } from '../../stores/gate'
import { usePackets } from '../../stores/packets'
import { useCommands, type Command } from '../../ui/commands'
import type { Diagram } from './use-diagram'

export interface ScreenActions {
  diagram: Diagram
  openDecoder: (seq: number) => void
  closeDecoder: () => void
  focusQuery: () => void
}

/** Keys of the Handshakes screen. */
export function useHandshakeCommands({
  diagram,
  openDecoder,
  closeDecoder,
  focusQuery,
}: ScreenActions): void {
  const packets = usePackets()
  const gate = useGate()
  const connection = useConnection()
  const section = 'handshakes.section'

  function move(by: number): void {
    const rows = packets.rows
    if (rows.length === 0) return
    const at = rows.findIndex((p) => p.seq === packets.selected)
    const next =
      at < 0 ? (by > 0 ? rows[0] : rows.at(-1)) : rows[Math.min(rows.length - 1, Math.max(0, at + by))]
    if (at < 0 && packets.live) packets.select(rows.at(-1)?.seq ?? null)
    else if (next) packets.select(next.seq)
    if (packets.live) packets.pause()
  }
  /** The selected packet if it is held, else the one held longest. */
  const heldSeq = (): number | null => {
    const held = packets.rows.filter((p) => p.fate === 'held')
    return (held.find((p) => p.seq === packets.selected) ?? held[0])?.seq ?? null
  }
  const decide = (action: 'deliver' | 'drop') => (): void => {
    const seq = heldSeq()
    if (seq !== null) void gate.decide(seq, action)
  }
  const mayDecide = (): boolean => !connection.readOnly && heldSeq() !== null
  const onButton = (): boolean => document.activeElement instanceof HTMLButtonElement
  const open = (): void => {
    if (packets.selected !== null) openDecoder(packets.selected)
  }

  const list: Command[] = [
    { id: 'hs-next', title: 'handshakes.selectNext', section, keys: 'J', run: () => move(1) },
    { id: 'hs-previous', title: 'handshakes.selectPrevious', section, keys: 'K', run: () => move(-1) },
    { id: 'hs-down', title: 'handshakes.selectNext', section, keys: 'ArrowDown', run: () => move(1) },
    { id: 'hs-up', title: 'handshakes.selectPrevious', section, keys: 'ArrowUp', run: () => move(-1) },
    {
      id: 'hs-open',
      title: 'handshakes.openDecoder',
      section,
      keys: 'Enter',
      enabled: () => packets.selected !== null && !onButton(),
      run: open,
    },
    {
      id: 'hs-close',
      title: 'handshakes.closeDecoder',
      section,
      keys: 'Escape',
      enabled: () => packets.selected !== null,
      run: closeDecoder,
    },
    {
      id: 'hs-pause',
      title: 'handshakes.pauseView',
      section,
      keys: 'Space',
      enabled: () => !onButton(),
      run: () => (packets.live ? packets.pause() : packets.follow()),
    },
    {
      id: 'hs-deliver',
      title: 'handshakes.deliver',
      section,
      keys: 'D',
      enabled: mayDecide,
      run: decide('deliver'),
    },
    { id: 'hs-drop', title: 'handshakes.drop', section, keys: 'X', enabled: mayDecide, run: decide('drop') },
    { id: 'hs-zoom-in', title: 'handshakes.zoomIn', section, keys: '+', run: diagram.zoomIn },
    { id: 'hs-zoom-in-plain', title: 'handshakes.zoomIn', section, keys: '=', run: diagram.zoomIn },
    { id: 'hs-zoom-out', title: 'handshakes.zoomOut', section, keys: '-', run: diagram.zoomOut },
    { id: 'hs-zoom-reset', title: 'handshakes.zoomReset', section, keys: '0', run: diagram.zoomReset },
    {
      id: 'hs-narration',
      title: 'handshakes.narrationShow',
      section,
      keys: 'N',
      run: () => (diagram.narration = !diagram.narration),
    },
    { id: 'hs-filter', title: 'handshakes.focusQuery', section, keys: '/', run: focusQuery },
  ]
  useCommands(list)
}
