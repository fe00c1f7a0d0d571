import type { DirectionConfig, LinkConfig, LinkKind } from '@contract/link-config'
import type { Scenario } from '@contract/scenario'

/** The mean chance of loss a direction means; null where it depends on rules or time. */
export function lossChance(d: Pick<DirectionConfig, 'loss'>): number | null {
  const { loss } = d
  switch (loss.model) {
    case 'none':
      return 0
    case 'independent':
      return loss.p
    case 'gilbert-elliott': {
      const moves = loss.goodToBad + loss.badToGood
      const bad = moves === 0 ? 0 : loss.goodToBad / moves
      return bad * loss.lossBad + (1 - bad) * loss.lossGood
    }
    case 'rule':
    case 'schedule':
      return null
  }
}

/** The mean one-way delay of a direction in ms. */
export function meanDelayMs(d: Pick<DirectionConfig, 'delay'>): number {
  const { delay } = d
  switch (delay.model) {
    case 'constant':
      return delay.ms
    case 'uniform':
      return (delay.minMs + delay.maxMs) / 2
    case 'normal':
      return delay.meanMs
    case 'schedule':
      return delay.steps.reduce((sum, s) => sum + s.ms, 0) / delay.steps.length
  }
}

/** The links that are really used: each group's own or the scenario's; without devices those of the lossy listeners. */
export function linksInUse(s: Scenario): LinkConfig[] {
  if (s.groups.length > 0) return s.groups.map((g) => g.link ?? s.link)
  const listeners = s.broker.listeners ?? []
  return listeners.length > 0 ? listeners.map((l) => l.link) : [s.link]
}

export interface LossRange {
  min: number
  max: number
  /** Some direction loses by rule or by time, so that no number says it. */
  byRule: boolean
}

/** The chances of loss over all links and both directions. */
export function lossRange(links: readonly LinkConfig[]): LossRange {
  const all = links.flatMap((l) => [lossChance(l.uplink), lossChance(l.downlink)])
  const known = all.filter((p): p is number => p !== null)
  return {
    min: known.length === 0 ? 0 : Math.min(...known),
    max: known.length === 0 ? 0 : Math.max(...known),
    byRule: known.length < all.length,
  }
}

/** The kind all links share; null when they differ. */
export function commonKind(links: readonly LinkConfig[]): LinkKind | null {
  const kinds = new Set(links.map((l) => l.kind))
  return kinds.size === 1 ? (links[0]?.kind ?? null) : null
}

export interface LinkSentence {
  /** Key under `link.`. */
  key: string
  timerMs: number
}

/** Which sentence says what is lost on this link and what recovers it. */
export function linkSentence(link: LinkConfig): LinkSentence {
  switch (link.kind) {
    case 'tcp':
      return { key: 'sentenceTcp', timerMs: link.tcp.rto }
    case 'cut':
      return { key: 'sentenceCut', timerMs: link.cut.down }
    case 'radio': {
      const keys = {
        retry: 'sentenceRetry',
        reconnect: 'sentenceReconnect',
        link: 'sentenceLink',
        none: 'sentenceNone',
      } as const
      return { key: keys[link.recovery.mode], timerMs: link.recovery.timeout }
    }
  }
}
