import { ApiError } from '../../contract/errors'
import { linkSchema, type DirectionConfig, type LinkConfig, type LossRule } from '../../contract/link-config'
import type { LessonDrop, ScriptedLesson } from '../../contract/lesson'
import type { Step } from '../../contract/phases'
import { scenarioSchema, type Scenario } from '../../contract/scenario'

/** What is played: devices and links, what happens when, and which packets are lost. */
export interface RunPlan {
  scenario: Scenario
  steps: readonly Step[]
  drop: readonly LessonDrop[]
  /** Ms after all are ready until which it goes on at least. @default as long as something happens */
  lasts?: number | undefined
  /** Ms after all are ready at which it ends whatever is on its way. @default when it is quiet */
  ends?: number | undefined
}

/** One variant of a lesson, ready to be run. */
export interface LessonPlan extends RunPlan {
  lesson: ScriptedLesson
  variant: ScriptedLesson['variants'][number]
}

/** The link where a lesson says nothing: fast enough to read in ms, slow enough to be seen. */
export const LESSON_LINK = { kind: 'radio', delay: 40, recovery: { timeout: 1200 } } as const

/** @throws ApiError `not-found` for a variant the lesson does not have */
export function planOf(lesson: ScriptedLesson, variantId: string): LessonPlan {
  const variant = lesson.variants.find((v) => v.id === variantId)
  if (!variant) throw new ApiError('not-found', `lesson ${lesson.id} has no variant ${variantId}`)
  const qos2 = variant.qos2 ?? lesson.qos2
  const scenario = scenarioSchema.parse({
    version: 1,
    name: `${lesson.id}/${variant.id}`,
    seed: lesson.seed,
    messages: variant.messages ?? lesson.messages ?? 1,
    link: variant.link ?? lesson.link ?? linkSchema.parse(LESSON_LINK),
    groups: variant.groups ?? lesson.groups,
    ...(qos2 === undefined ? {} : { broker: { kind: 'embedded', qos2 } }),
  })
  return {
    lesson,
    variant,
    scenario,
    steps: variant.steps,
    drop: variant.drop,
    lasts: variant.lasts,
    ends: variant.ends,
  }
}

function withRules(side: DirectionConfig, rules: LossRule[]): DirectionConfig {
  return rules.length === 0 ? side : { ...side, loss: { model: 'rule', rules } }
}

/** A client's link with the drops that speak of it; they stand in the place of its own loss. */
export function linkWithDrops(link: LinkConfig, clientId: string, drops: readonly LessonDrop[]): LinkConfig {
  const rules = (direction: LessonDrop['direction']): LossRule[] =>
    drops
      .filter((d) => d.client === clientId && d.direction === direction)
      .map((d) => ({ type: d.type, nth: [d.nth] }))
  return {
    ...link,
    uplink: withRules(link.uplink, rules('uplink')),
    downlink: withRules(link.downlink, rules('downlink')),
  }
}
