import type { LessonOutcome } from '@contract/lesson-run'
import { textIn, type Language } from '@contract/languages'
import type { Lesson, LessonVariant } from '@contract/lesson'
import { josa } from '../../canvas/sequence/narration/josa'
import { Connections } from '../../canvas/sequence/narration/story'
import { ordinalOf } from '../../canvas/sequence/narration/parts'
import { packetText, tellerIn } from '../../canvas/sequence/narration/tellers'

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

/** What is chosen for a run, with what it is the choice of, e.g. "Lose: PUBLISH"; undefined where there is no choice. */
export function chosenText(lesson: Lesson, variant: LessonVariant | null): LessonVariant['name'] | undefined {
  const name = variant?.name
  if (lesson.kind !== 'script' || !name || lesson.variants.length < 2) return undefined
  const { choose } = lesson
  const said = (language: Language): string => {
    const of = textIn(choose, language)
    return of === undefined ? textIn(name, language) : `${of}: ${textIn(name, language)}`
  }
  return { en: said('en'), ko: said('ko'), ja: said('ja'), zh: said('zh') }
}

/** What a prediction is called once the run is over. @param byClass the class chose it in a vote */
export const predictionText = (right: boolean, byClass: boolean, t: Translate): string =>
  t(`lessons.${byClass ? 'class' : 'mine'}${right ? 'Right' : 'Wrong'}`)

/** The sentence on messages that never came to be sent, which no packet can explain; null where there are none. */
export const unsentText = (o: LessonOutcome, t: Translate): string | null =>
  o.totals.unsent === 0 ? null : t('lessons.fate.unsent', { n: o.totals.unsent })

/** The sentence that says what happened to the packet the lesson is about. */
export function fateText(o: LessonOutcome, t: Translate, language: Language): string | null {
  const p = o.named
  if (!p) return null
  const { finish } = tellerIn(language)
  const name = packetText(p, o.timeline.packets, language)
  // `the second PUBLISH from sensor-1` says whose it is
  const whose =
    ordinalOf(p, o.timeline.packets) === null ? t('lessons.fate.whose', { client: p.clientId }) : ''
  const values = { packet: name, subject: josa(name, '이/가'), whose }
  if (p.fate === 'transit') return finish(t('lessons.fate.unarrived', values))
  if (p.fate !== 'lost') return finish(t('lessons.fate.segment', values))
  const dead = new Connections(o.timeline.marks).deadAt(p.clientId, p.sentMs)
  const why = p.reason === 'cut' || p.reason === 'reset' ? (dead ? 'dead' : 'cut') : 'lost'
  return finish(t(`lessons.fate.${why}`, values))
}
