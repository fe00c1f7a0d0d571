import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linkSchema, type LinkInput } from '../../../electron/contract/link-config'
import { settleTimeMs } from '../../../electron/engine/observe/ledger/deadline'
import { mergeLink } from '../../../electron/engine/lab/link-edit'

const link = (input: LinkInput = {}) => linkSchema.parse(input)

describe('mergeLink', () => {
  test('a short form counts for both directions, a direction of its own for that one', () => {
    const before = link({ loss: 0.1, delay: '20ms', recovery: { timeout: '50ms', maxRetries: 3 } })
    expect(mergeLink(before, { loss: 0.3 })).toEqual(
      link({ loss: 0.3, delay: '20ms', recovery: { timeout: '50ms', maxRetries: 3 } }),
    )
    const up = mergeLink(before, { uplink: { loss: 0.5 } })
    expect([up.uplink.loss, up.downlink.loss]).toEqual([
      { model: 'independent', p: 0.5 },
      { model: 'independent', p: 0.1 },
    ])
    expect(up.uplink.delay).toEqual({ model: 'constant', ms: 20 })
  })

  test('parts of recovery stay unless named', () => {
    const before = link({ recovery: { timeout: 70, backoff: 2, maxRetries: 3 } })
    expect(mergeLink(before, { recovery: { mode: 'none' } }).recovery).toEqual({
      mode: 'none',
      timeout: 70,
      backoff: 2,
      maxRetries: 3,
    })
  })

  test('an empty patch changes nothing', () => {
    fc.assert(
      fc.property(fc.float({ min: 0, max: 1, noNaN: true }), fc.nat(5000), (p, ms) => {
        const before = link({ loss: p, delay: ms, downlink: { loss: 0 } })
        expect(mergeLink(before, {})).toEqual(before)
      }),
    )
  })

  test('refuses what a file could not say', () => {
    expect(() => mergeLink(link(), { loss: 1.5 })).toThrow()
  })
})

describe('settleTimeMs', () => {
  test('QoS 0 is decided after the longest way, unlimited retries never', () => {
    const lossy = link({ loss: 0.2, delay: { model: 'uniform', minMs: 10, maxMs: 40 } })
    expect(settleTimeMs(lossy, 0)).toBe(80 + 2000)
    expect(settleTimeMs(lossy, 1)).toBe(Infinity)
  })

  test('limited retries end after all timeouts of both legs', () => {
    const lossy = link({ loss: 0.2, recovery: { timeout: 100, backoff: 2, maxRetries: 2 } })
    expect(settleTimeMs(lossy, 2)).toBe(4 * (100 + 200 + 400) + 2000)
  })

  test('without recovery a lost packet stays lost', () => {
    expect(settleTimeMs(link({ loss: 0.2, recovery: { mode: 'none' } }), 2)).toBe(2000)
  })
})
