import { formatDuration, parseDuration } from '@contract/duration'
import type { DelayConfig, DirectionConfig, LinkInput, LossConfig } from '@contract/link-config'
import { lossChance, meanDelayMs } from '../../stores/link-summary'

export type Way = 'uplink' | 'downlink'
export const WAYS: readonly Way[] = ['uplink', 'downlink']
/** Loss models the inspector sets; a schedule comes from a file and is only shown. */
export const LOSS_MODELS = ['none', 'independent', 'gilbert-elliott', 'rule'] as const
export type LossModel = LossConfig['model']

/** A burst lasts this many packets on average; the rest follows from the mean chance of loss. */
const MEAN_BURST = 4

/** Bursts with this mean chance of loss: all is lost in the bad state, nothing in the good one. */
export function burstLoss(p: number): LossConfig {
  const mean = Math.min(0.95, Math.max(0.001, p))
  const badToGood = 1 / MEAN_BURST
  const goodToBad = Math.min(1, (badToGood * mean) / (1 - mean))
  return { model: 'gilbert-elliott', goodToBad: round(goodToBad), badToGood, lossGood: 0, lossBad: 1 }
}

/** A model of loss with about the chance the direction has now. */
export function lossOf(model: LossModel, d: DirectionConfig): LossConfig {
  const p = lossChance(d) ?? 0.2
  switch (model) {
    case 'none':
      return { model }
    case 'independent':
      return { model, p: p === 0 ? 0.2 : round(p) }
    case 'gilbert-elliott':
      return burstLoss(p === 0 ? 0.2 : p)
    case 'rule':
      return { model, rules: [{ type: 'PUBACK', every: 3 }] }
    case 'schedule':
      return d.loss
  }
}

/** The direction's loss with another mean chance, in the model it has. */
export function withChance(d: DirectionConfig, p: number): LossConfig {
  if (d.loss.model === 'gilbert-elliott') return p === 0 ? { model: 'none' } : burstLoss(p)
  return p === 0 ? { model: 'none' } : { model: 'independent', p: round(p) }
}

/** The direction's delay with another mean, its spread kept. */
export function withMeanDelay(d: DirectionConfig, ms: number): DelayConfig {
  const { delay } = d
  switch (delay.model) {
    case 'constant':
      return { model: 'constant', ms }
    case 'uniform': {
      const half = Math.min(ms, (delay.maxMs - delay.minMs) / 2)
      return { model: 'uniform', minMs: ms - half, maxMs: ms + half }
    }
    case 'normal':
      return { ...delay, meanMs: ms }
    case 'schedule':
      return { model: 'constant', ms }
  }
}

/** The same delay in another model, with a spread of half its mean. */
export function delayOf(model: DelayConfig['model'], d: DirectionConfig): DelayConfig {
  const ms = meanDelayMs(d)
  switch (model) {
    case 'constant':
      return { model, ms }
    case 'uniform':
      return { model, minMs: ms / 2, maxMs: ms * 1.5 }
    case 'normal':
      return { model, meanMs: ms, deviationMs: ms / 4 }
    case 'schedule':
      return d.delay
  }
}

const round = (p: number): number => Number(p.toPrecision(4))

/** A slider's place for a delay: square root, so that small delays can be set finely. 100 is 4 s. */
export const delayToSlider = (ms: number): number => Math.min(100, Math.round(Math.sqrt(ms / 4000) * 100))
export const sliderToDelay = (at: number): number => {
  const ms = (at / 100) ** 2 * 4000
  return ms < 100 ? Math.round(ms / 5) * 5 : Math.round(ms / 50) * 50
}

/** Reads `40`, `40 ms` or `1.2 s`; undefined for anything else. */
export function readDuration(text: string): number | undefined {
  const plain = text.trim()
  const n = Number(plain)
  if (plain !== '' && Number.isFinite(n) && n >= 0) return n
  return parseDuration(plain)
}
export const showDuration = (ms: number): string =>
  formatDuration(Number(ms.toPrecision(6))).replace(/(?<=\d)(?=[a-z])/, ' ')

export const patchWay = (way: Way, part: LinkInput['uplink']): LinkInput => ({ [way]: part })
