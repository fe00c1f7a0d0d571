import type { LessonOutcome } from '@contract/lesson-run'
import type { PacketRow } from '@contract/model'
import { josa } from '../../canvas/sequence/narration/josa'
import { Connections } from '../../canvas/sequence/narration/story'

/** Sums of the ledger that are shown of a run. */
export const COUNTS = ['offered', 'arrived', 'lost', 'duplicated', 'packets'] as const

type Translate = (key: string, values?: Record<string, unknown>) => string

/** Fills the values of a run into a lesson's headline; a name it does not know stays as it is. */
export function fillHeadline(text: string, o: LessonOutcome, duration: (ms: number) => string): string {
  return text.replace(/\{([a-zA-Z]+)(?:\.([^}]+))?\}/g, (all, name: string, client?: string) => {
    if (name === 'received') return String(o.received[client ?? ''] ?? 0)
    if (name === 'latency') return o.totals.latencyMs === null ? all : duration(o.totals.latencyMs)
    const value = (o.totals as unknown as Record<string, number | null | undefined>)[name]
    return value === undefined || value === null ? all : String(value)
  })
}

/** PUBACK #1, or PUBLISH where there is no packet identifier. */
const packetName = (p: PacketRow): string => (p.packetId === null ? p.type : `${p.type} #${p.packetId}`)

/** What a prediction is called once the run is over. */
export const mineText = (right: boolean, t: Translate): string =>
  t(right ? 'lessons.mineRight' : 'lessons.mineWrong')

/** The sentence on messages that never came to be sent, which no packet can explain; null where there are none. */
export const unsentText = (o: LessonOutcome, t: Translate): string | null =>
  o.totals.unsent === 0 ? null : t('lessons.because.unsent', { n: o.totals.unsent })

/** The sentence that says what happened to the packet the lesson is about. */
export function becauseText(o: LessonOutcome, t: Translate): string | null {
  const p = o.named
  if (!p) return null
  const name = packetName(p)
  const values = { packet: name, subject: josa(name, '이/가'), client: p.clientId }
  if (p.fate !== 'lost') return t('lessons.because.segment', values)
  const dead = new Connections(o.timeline.marks).deadAt(p.clientId, p.sentMs)
  const why = p.reason === 'cut' || p.reason === 'reset' ? (dead ? 'dead' : 'cut') : 'lost'
  return t(`lessons.because.${why}`, values)
}
