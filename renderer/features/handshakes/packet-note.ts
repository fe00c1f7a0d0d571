import type { PacketRow, SessionMark } from '@contract/model'
import { timerRanMs } from '@contract/under-way'
import { resendCause } from '../../canvas/sequence/brackets'

type Translate = (key: string, values?: Record<string, unknown>) => string

export interface NoteContext {
  t: Translate
  int: (n: number) => string
  duration: (ms: number) => string
  row: (seq: number) => PacketRow | undefined
  marks: () => readonly SessionMark[]
}

/** What a packet's fate is called in the table. */
export function fateText(p: PacketRow, t: Translate): string {
  if (p.fate !== 'lost') return t(`handshakes.fate.${p.fate}`)
  switch (p.reason) {
    case 'step':
      return t('handshakes.fate.dropped')
    case 'cut':
    case 'reset':
      return t(`handshakes.fate.${p.reason}`)
    case 'model':
    case 'rule':
    case null:
      return t('handshakes.fate.lost')
  }
}

function effectNote(p: PacketRow, t: Translate): string | null {
  switch (p.effect) {
    case 'delivered':
      return t('handshakes.note.first')
    case 'duplicate':
    case 'discarded':
    case 'stored':
      return t(`handshakes.note.${p.effect}`)
    case 'refused':
      return t('handshakes.note.refused')
    case 'passed-on':
    case 'none':
      return null
  }
}

/** After how long it was sent again. In step mode the clock moves and timers do not: then it says what a timer ran. */
function resendNote(seq: number, p: PacketRow, c: NoteContext): string {
  const first = c.row(seq)
  const timer = first && p.skippedMs > first.skippedMs && resendCause(first, p, c.marks()) === 'timer'
  const ms = first && (timer ? timerRanMs(first, p) : p.sentMs - first.sentMs)
  const time = ms === undefined ? '…' : c.duration(ms)
  return c.t(`handshakes.note.${timer ? 'resendsTimer' : 'resends'}`, { seq: c.int(seq), time })
}

/** The note column: what it repeats or answers, and what it changed at its receiver. */
export function noteText(p: PacketRow, c: NoteContext): string {
  const parts: string[] = []
  if (p.resends !== null) parts.push(resendNote(p.resends, p, c))
  if (p.answers !== null) parts.push(c.t('handshakes.note.answers', { seq: c.int(p.answers) }))
  const effect = effectNote(p, c.t)
  if (effect !== null) parts.push(effect)
  if (p.altered) parts.push(c.t(`handshakes.note.${p.altered === 'corrupt' ? 'corrupt' : 'copy'}`))
  if (p.segmentLosses > 0) parts.push(c.t('handshakes.note.segments', { n: p.segmentLosses }))
  if (p.fate === 'lost' && p.reason === 'rule') parts.push(c.t('handshakes.note.byRule'))
  return parts.join('; ')
}
