import { describe, expect, it } from 'vitest'
import { linkSchema, type LinkInput } from '../../../electron/contract/link-config'
import {
  commonKind,
  linkSentence,
  lossChance,
  lossRange,
  meanDelayMs,
} from '../../../renderer/stores/link-summary'

const link = (input: LinkInput) => linkSchema.parse(input)

describe('link summary', () => {
  it('tells the mean chance of loss of each model', () => {
    const of = (loss: LinkInput['loss']) => lossChance(link({ loss }).uplink)
    expect(of(0)).toBe(0)
    expect(of(0.2)).toBe(0.2)
    // The chain is in the bad state a fifth of the time: 0.05 / (0.05 + 0.2).
    expect(of({ model: 'gilbert-elliott', goodToBad: 0.05, badToGood: 0.2 })).toBeCloseTo(0.2)
    expect(of({ model: 'rule', rules: [{ type: 'PUBACK', every: 3 }] })).toBeNull()
  })

  it('spans directions and links, and says when a rule escapes the number', () => {
    const links = [link({ loss: 0.1 }), link({ uplink: { loss: 0.3 }, downlink: { loss: 0 } })]
    expect(lossRange(links)).toEqual({ min: 0, max: 0.3, byRule: false })
    expect(lossRange([link({ loss: { model: 'rule', rules: [{}] } })])).toEqual({
      min: 0,
      max: 0,
      byRule: true,
    })
  })

  it('names the kind only where all agree', () => {
    expect(commonKind([link({}), link({ kind: 'radio' })])).toBe('radio')
    expect(commonKind([link({}), link({ kind: 'tcp' })])).toBeNull()
  })

  it('says what recovers a link', () => {
    expect(linkSentence(link({ recovery: { timeout: '1.2s' } }))).toEqual({
      key: 'sentenceRetry',
      timerMs: 1200,
    })
    expect(linkSentence(link({ recovery: { mode: 'none' } })).key).toBe('sentenceNone')
    expect(linkSentence(link({ kind: 'tcp' }))).toEqual({ key: 'sentenceTcp', timerMs: 200 })
    expect(linkSentence(link({ kind: 'cut' }))).toEqual({ key: 'sentenceCut', timerMs: 500 })
  })

  it('tells the mean delay of each model', () => {
    expect(meanDelayMs(link({ delay: '40ms' }).uplink)).toBe(40)
    expect(meanDelayMs(link({ delay: { model: 'uniform', minMs: 10, maxMs: 30 } }).uplink)).toBe(20)
    expect(meanDelayMs(link({ delay: { model: 'normal', meanMs: 55, deviationMs: 9 } }).uplink)).toBe(55)
  })
})
