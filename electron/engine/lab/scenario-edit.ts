import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import type { LinkTarget } from '../../contract/api'
import { ApiError } from '../../contract/errors'
import type { LinkInput } from '../../contract/link-config'
import { issueDetails } from '../../contract/issues'
import type { LossyListenerInput } from '../../contract/lossy-listener'
import {
  runSchema,
  scenarioSchema,
  type GroupConfig,
  type GroupInput,
  type RunInput,
  type Scenario,
} from '../../contract/scenario'
import { mergeLink, mergeRealLink } from './link-edit'

/** Changes of a scenario as values: each gives the new scenario or throws an ApiError and changes nothing. */

function checked(candidate: unknown): Scenario {
  const parsed = scenarioSchema.safeParse(candidate, { reportInput: true })
  if (parsed.success) return parsed.data
  const details = issueDetails(parsed.error.issues)
  throw new ApiError('bad-request', describe(parsed.error.issues), details)
}

function describe(issues: readonly z.core.$ZodIssue[]): string {
  const first = issueDetails(issues)[0]
  return `${first?.path ?? 'scenario'}: found ${first?.found ?? 'nothing'}; ${first?.expected ?? 'not valid'}`
}

/** The group of that name. @throws ApiError `not-found` */
export function groupOf(scenario: Scenario, name: string): GroupConfig {
  const group = scenario.groups.find((g) => g.name === name)
  if (!group) throw new ApiError('not-found', `unknown group ${name}`)
  return group
}

/** Everything else stays. @throws ApiError `bad-request` */
export function withRun(scenario: Scenario, run: RunInput): Scenario {
  const rest = Object.entries(scenario).filter(([key]) => !Object.hasOwn(runSchema.shape, key))
  return checked({ ...Object.fromEntries(rest), ...run })
}

/** Whether two scenarios differ in no more than what they are called. */
export const isSameRun = (a: Scenario, b: Scenario): boolean => {
  const { name, description } = b
  return isDeepStrictEqual({ ...a, name, description }, { ...b, name, description })
}

export function withGroup(scenario: Scenario, group: GroupInput): Scenario {
  if (scenario.groups.some((g) => g.name === group.name)) {
    throw new ApiError('conflict', `a group named ${group.name} already exists; choose another name`)
  }
  return checked({ ...scenario, groups: [...scenario.groups, group] })
}

export function withoutGroup(scenario: Scenario, name: string): Scenario {
  groupOf(scenario, name)
  return { ...scenario, groups: scenario.groups.filter((g) => g.name !== name) }
}

export function withGroupChanged(scenario: Scenario, name: string, patch: Partial<GroupInput>): Scenario {
  const group = groupOf(scenario, name)
  const groups = scenario.groups.map((g) => (g === group ? { ...g, ...patch } : g))
  return checked({ ...scenario, groups })
}

/** Changes the links of one group, or the default link and every group's own. */
export function withLink(
  scenario: Scenario,
  target: Exclude<LinkTarget, { clientId: string } | { listener: number }>,
  patch: LinkInput,
): Scenario {
  if (target === 'all') {
    const groups = scenario.groups.map((g) => (g.link ? { ...g, link: mergeLink(g.link, patch) } : g))
    const listeners = scenario.broker.listeners?.map((l) => ({ ...l, link: mergeRealLink(l.link, patch) }))
    const broker = { ...scenario.broker, ...(listeners && { listeners }) }
    return checked({ ...scenario, broker, link: mergeLink(scenario.link, patch), groups })
  }
  const group = groupOf(scenario, target.group)
  return withGroupChanged(scenario, group.name, { link: mergeLink(group.link ?? scenario.link, patch) })
}

/** @throws ApiError `bad-request` when the broker has as many as it may have, or one with that port */
export function withListener(scenario: Scenario, listener: LossyListenerInput): Scenario {
  const listeners = [...(scenario.broker.listeners ?? []), listener]
  return checked({ ...scenario, broker: { ...scenario.broker, listeners } })
}

/** @throws ApiError `not-found` */
export function withoutListener(scenario: Scenario, index: number): Scenario {
  const listeners = scenario.broker.listeners ?? []
  if (!listeners[index]) throw new ApiError('not-found', `there is no lossy listener ${index}`)
  return checked({
    ...scenario,
    broker: { ...scenario.broker, listeners: listeners.filter((_l, i) => i !== index) },
  })
}

/** Changes the link of one lossy listener. @throws ApiError `not-found` */
export function withListenerLink(scenario: Scenario, index: number, patch: LinkInput): Scenario {
  const listeners = scenario.broker.listeners ?? []
  if (!listeners[index]) throw new ApiError('not-found', `there is no lossy listener ${index}`)
  const changed = listeners.map((l, i) => (i === index ? { ...l, link: mergeRealLink(l.link, patch) } : l))
  return checked({ ...scenario, broker: { ...scenario.broker, listeners: changed } })
}
