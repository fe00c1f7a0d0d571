import { describe, expect, it } from 'vitest'
import type { LinkInput } from '../../../../electron/contract/link-config'
import type { PacketType, QoS } from '../../../../electron/contract/packet'
import { LinkRig, publishFrame } from '../../../helpers/link-rig'

/** Two-sided quantile of the normal distribution for 99.9 %. */
const Z = 3.2905
const MESSAGES = 4000

/** Sends the messages over one uplink, one every ms, and lets everything come to rest. */
async function run(qos: QoS, input: LinkInput, seed: number): Promise<LinkRig> {
  const rig = new LinkRig({ delay: '2ms', recovery: { timeout: 20 }, ...input }, seed)
  await rig.connect()
  for (let n = 1; n <= MESSAGES; n++) {
    rig.client.send(publishFrame(qos, qos === 0 ? 0 : n, n))
    rig.clock.advance(1)
  }
  rig.clock.run()
  expect(rig.link.pending()).toBe(0)
  return rig
}

/** Asserts a mean of `MESSAGES` independent samples of known mean and variance. */
function near(measured: number, mean: number, variance: number, samples = MESSAGES): void {
  const reach = Z * Math.sqrt(variance / samples)
  expect(measured).toBeGreaterThan(mean - reach)
  expect(measured).toBeLessThan(mean + reach)
}

/** Packets of a type per message. */
const perMessage = (rig: LinkRig, type: PacketType) =>
  (rig.count('uplink', type) + rig.count('downlink', type)) / MESSAGES

const geometric = (s: number) => ({ mean: 1 / s, variance: (1 - s) / s ** 2 })
/**
 * Answers per message: one for each of N repetitions that arrives, where the last surely does. N is geometric with
 * s = (1-p)^2, so the answers are geometric with 1-p.
 */
const answers = (p: number) => geometric(1 - p)
const distinct = (delivered: string[]) => new Set(delivered).size

describe.each([0.05, 0.2, 0.4])('closed forms at loss %d, independent, both directions', (p) => {
  const s = (1 - p) ** 2

  it('QoS 0 delivers 1-p', async () => {
    const rig = await run(0, { loss: p }, 11)
    near(rig.broker.delivered.length / MESSAGES, 1 - p, p * (1 - p))
    expect(distinct(rig.broker.delivered)).toBe(rig.broker.delivered.length)
  })

  it('QoS 1 takes 1/(1-p)^2 PUBLISH and 1/(1-p) PUBACK per message and loses none', async () => {
    const rig = await run(1, { loss: p }, 12)
    expect(distinct(rig.broker.delivered)).toBe(MESSAGES)
    near(perMessage(rig, 'PUBLISH'), geometric(s).mean, geometric(s).variance)
    near(perMessage(rig, 'PUBACK'), answers(p).mean, answers(p).variance)
  })

  it('QoS 2 takes as many PUBLISH and PUBREL, 1/(1-p) PUBREC and PUBCOMP, and delivers once', async () => {
    const rig = await run(2, { loss: p }, 13)
    expect(rig.broker.delivered).toHaveLength(MESSAGES)
    expect(distinct(rig.broker.delivered)).toBe(MESSAGES)
    for (const type of ['PUBLISH', 'PUBREL'] as const) {
      near(perMessage(rig, type), geometric(s).mean, geometric(s).variance)
    }
    for (const type of ['PUBREC', 'PUBCOMP'] as const)
      near(perMessage(rig, type), answers(p).mean, answers(p).variance)
  })

  it('QoS 1 with 3 retries delivers 1-p^4 and says what it gave up', async () => {
    const rig = await run(1, { loss: p, recovery: { timeout: 20, maxRetries: 3 } }, 14)
    near(distinct(rig.broker.delivered) / MESSAGES, 1 - p ** 4, p ** 4 * (1 - p ** 4))
    const gaveUp = rig.events.filter((e) => e.kind === 'gave-up')
    const chance = (1 - s) ** 4
    near(gaveUp.length / MESSAGES, chance, chance * (1 - chance))
    expect(gaveUp.every((e) => e.attempts === 4)).toBe(true)
  })
})

describe('fates', () => {
  const story = (rig: LinkRig) =>
    rig.transits.map((p) => `${p.direction} ${p.attempt} ${p.state} ${p.packet.frame.toString('hex')}`)

  it('are the same for the same seed and others for another', async () => {
    const [one, two, other] = await Promise.all([
      run(1, { loss: 0.2 }, 3),
      run(1, { loss: 0.2 }, 3),
      run(1, { loss: 0.2 }, 4),
    ])
    expect(story(one)).toEqual(story(two))
    expect(story(one)).not.toEqual(story(other))
  })

  it('do not depend on packet identifiers, timing or other messages', async () => {
    const lost = async (ids: (n: number) => number, spacingMs: number, only: (n: number) => boolean) => {
      const rig = new LinkRig({ loss: 0.3, delay: '1ms', recovery: { mode: 'none' } }, 5)
      await rig.connect()
      for (let n = 1; n <= 300; n++) {
        if (only(n)) rig.client.send(publishFrame(1, ids(n), n))
        rig.clock.advance(spacingMs)
      }
      rig.clock.run()
      const published = rig.transits.filter((p) => p.packet.type === 3)
      const fates = new Map(
        published.map((p) => [/pub:(\d+)/.exec(p.packet.frame.toString('latin1'))?.[1], p.state]),
      )
      return (n: number) => fates.get(String(n))
    }
    const one = await lost(
      (n) => n,
      1,
      () => true,
    )
    const two = await lost(
      (n) => 40_000 - 7 * n,
      0.25,
      (n) => n % 3 !== 0,
    )
    for (let n = 1; n <= 300; n++) if (n % 3 !== 0) expect(two(n)).toBe(one(n))
  })
})
