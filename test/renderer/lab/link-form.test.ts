import { describe, expect, it } from 'vitest'
import { linkSchema, type LinkInput } from '../../../electron/contract/link-config'
import * as form from '../../../renderer/features/lab/link-form'
import { linkPicture } from '../../../renderer/features/lab/link-picture'
import { lossChance, meanDelayMs } from '../../../renderer/stores/link-summary'

const link = (input: LinkInput = {}) => linkSchema.parse(input)

describe('link form', () => {
  it('keeps about the same chance when the model changes', () => {
    const d = link({ loss: 0.2 }).uplink
    const burst = form.lossOf('gilbert-elliott', d)
    expect(burst.model).toBe('gilbert-elliott')
    expect(lossChance({ loss: burst })).toBeCloseTo(0.2, 2)
    expect(form.lossOf('independent', { ...d, loss: burst })).toEqual({ model: 'independent', p: 0.2 })
  })

  it('turns no chance into no loss, in any model', () => {
    const d = link({ loss: { model: 'gilbert-elliott', goodToBad: 0.1, badToGood: 0.3 } }).uplink
    expect(form.withChance(d, 0)).toEqual({ model: 'none' })
    expect(lossChance({ loss: form.withChance(d, 0.4) })).toBeCloseTo(0.4, 2)
  })

  it.each([
    { model: 'constant', ms: 40 },
    { model: 'uniform', minMs: 20, maxMs: 60 },
    { model: 'normal', meanMs: 40, deviationMs: 5 },
  ] as const)('moves the mean of a $model delay', (delay) => {
    const d = link({ delay }).uplink
    expect(meanDelayMs({ delay: form.withMeanDelay(d, 500) })).toBe(500)
    expect(meanDelayMs({ delay: form.delayOf('normal', d) })).toBe(40)
  })

  it('reads times with and without a unit, and shows them with one', () => {
    expect([
      form.readDuration('40'),
      form.readDuration('1.2 s'),
      form.readDuration('soon'),
      form.readDuration(''),
    ]).toEqual([40, 1200, undefined, undefined])
    expect([form.showDuration(40), form.showDuration(1200)]).toEqual(['40 ms', '1.2 s'])
  })

  it('comes back from the slider near where it was', () => {
    for (const ms of [0, 40, 250, 1000, 4000]) {
      const back = form.sliderToDelay(form.delayToSlider(ms))
      expect(Math.abs(back - ms)).toBeLessThanOrEqual(Math.max(5, ms * 0.05))
    }
  })
})

describe('link picture', () => {
  const count = (l: LinkInput, fate: string): number =>
    linkPicture(link(l), 'uplink', 400).filter((t) => t.fate === fate).length

  it('shows about as many losses as the chance says, and none without', () => {
    expect(count({ loss: 0 }, 'lost')).toBe(0)
    expect(count({ loss: 0.2 }, 'lost')).toBeGreaterThan(50)
    expect(count({ loss: 0.2 }, 'lost')).toBeLessThan(110)
  })

  it('never loses a packet over TCP: it is late', () => {
    expect(count({ kind: 'tcp', loss: 0.2 }, 'lost')).toBe(0)
    const late = linkPicture(link({ kind: 'tcp', loss: 0.2, delay: 40 }), 'uplink').find(
      (t) => t.fate === 'late',
    )
    const kept = linkPicture(link({ kind: 'tcp', loss: 0.2, delay: 40 }), 'uplink').find(
      (t) => t.fate === 'kept',
    )
    expect(late?.delay).toBeGreaterThan(kept?.delay ?? 1)
  })

  it('clusters bursts: fewer, longer runs than independent loss', () => {
    const runs = (loss: LinkInput['loss']): number =>
      linkPicture(link({ loss }), 'uplink', 400).filter(
        (t, i, all) => t.fate === 'lost' && all[i - 1]?.fate !== 'lost',
      ).length
    expect(runs(form.burstLoss(0.2))).toBeLessThan(runs(0.2) * 0.7)
  })

  it('stands still while nothing changes', () => {
    expect(linkPicture(link({ loss: 0.3 }), 'downlink')).toEqual(linkPicture(link({ loss: 0.3 }), 'downlink'))
  })
})
