import { useConnection } from '../../stores/connection'
import { useFocus } from '../../stores/focus'
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

const SECTION = 'handshakes.section'
const command = (
  id: string,
  title: string,
  keys: string,
  run: () => unknown,
  enabled?: () => boolean,
): Command => ({
  id: `handshakes-${id}`,
  title: `handshakes.${title}`,
  section: SECTION,
  keys,
  run,
  ...(enabled ? { enabled } : {}),
})
/** Enter and Space belong to a button that has the focus. */
const notOnButton = (): boolean => !(document.activeElement instanceof HTMLButtonElement)

/** A list or table that has the focus scrolls by itself. */
const notInList = (): boolean => document.activeElement?.closest('.scroll') === null
/** Of the pane's height, what a page and a step move. */
const PAGE = 0.85
const STEP = 0.2

/** Moves the selection by rows of the table; the first step goes to the latest packet. */
function useSelection() {
  const packets = usePackets()
  return (by: number) => (): void => {
    const { rows } = packets
    const at = rows.findIndex((p) => p.seq === packets.selected)
    const next = at < 0 ? rows.at(-1) : rows[Math.min(rows.length - 1, Math.max(0, at + by))]
    if (!next) return
    packets.select(next.seq)
    packets.pause()
  }
}

/** Decides the selected packet if it is held, else the one held longest. */
function useDecision() {
  const packets = usePackets()
  const gate = useGate()
  const connection = useConnection()
  const heldSeq = (): number | null => {
    const { rows } = gate
    return (rows.find((p) => p.seq === packets.selected) ?? rows[0])?.seq ?? null
  }
  return {
    may: () => !connection.readOnly && heldSeq() !== null,
    decide: (action: 'deliver' | 'drop') => () => {
      const seq = heldSeq()
      return seq === null ? undefined : gate.decide(seq, action)
    },
  }
}

/** Keys of the Handshakes screen. */
export function useHandshakeCommands({
  diagram,
  openDecoder,
  closeDecoder,
  focusQuery,
}: ScreenActions): void {
  const packets = usePackets()
  const focus = useFocus()
  const move = useSelection()
  const { may, decide } = useDecision()
  const chosen = (): boolean => packets.selected !== null
  const open = (): void => {
    if (packets.selected !== null) openDecoder(packets.selected)
  }
  useCommands([
    command('next', 'selectNext', 'J', move(1)),
    command('previous', 'selectPrevious', 'K', move(-1)),
    command('down', 'selectNext', 'ArrowDown', move(1)),
    command('up', 'selectPrevious', 'ArrowUp', move(-1)),
    command('open', 'openDecoder', 'Enter', open, () => chosen() && notOnButton()),
    command('close', 'closeDecoder', 'Escape', closeDecoder, chosen),
    command('pause', 'pauseView', 'Space', packets.toggle, notOnButton),
    command('deliver', 'deliver', 'D', decide('deliver'), may),
    command('drop', 'drop', 'X', decide('drop'), may),
    command('zoom-in', 'zoomIn', '+', diagram.zoomIn),
    command('zoom-in-plain', 'zoomIn', '=', diagram.zoomIn),
    command('zoom-out', 'zoomOut', '-', diagram.zoomOut),
    command('zoom-reset', 'zoomReset', '0', diagram.zoomReset),
    command('pan-up', 'panUp', 'PageUp', () => diagram.panBy(-PAGE), notInList),
    command('pan-down', 'panDown', 'PageDown', () => diagram.panBy(PAGE), notInList),
    command('pan-up-step', 'panUp', 'Shift+ArrowUp', () => diagram.panBy(-STEP)),
    command('pan-down-step', 'panDown', 'Shift+ArrowDown', () => diagram.panBy(STEP)),
    command('oldest', 'oldest', 'Home', () => diagram.panBy(-Infinity), notInList),
    command('latest', 'follow', 'End', () => diagram.panBy(Infinity), notInList),
    command(
      'clear-range',
      'clearRange',
      'Shift+E',
      () => packets.setRange(null),
      () => packets.range !== null,
    ),
    command('narration', 'narrationShow', 'N', diagram.toggleNarration),
    command('one-message', 'oneMessageToggle', 'F', () => (focus.on = !focus.on)),
    command('filter', 'focusQuery', '/', focusQuery),
  ])
}
