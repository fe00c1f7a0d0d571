import { afterEach, describe, expect, it } from 'vitest'
import { linkSchema, type LinkInput } from '../../../../electron/contract/link-config'
import { HANDSHAKE_TYPES, type QoS } from '../../../../electron/contract/packet'
import { Draw, seedKey, uniform } from '../../../../electron/engine/simulation/link/fate'
import { MqttJsLab } from '../../../helpers/mqttjs-lab'

/** Steps of a short run, publishes and faults with pauses between them. */
const STEPS = 2000
/** Steps of the long run through all kinds of link. */
const LONG = 10_000

let lab: MqttJsLab
afterEach(async () => {
  await lab.close()
  expect(lab.faults).toEqual([])
})

interface Outcome {
  /** Payloads published by QoS, and received by QoS in order. */
  sent: string[][]
  got: string[][]
}

/** Drives publisher, subscriber, broker and both links with chance faults until all has come to rest. */
async function run(
  seed: number,
  networks: readonly LinkInput[],
  cuts: boolean,
  length = STEPS,
): Promise<Outcome> {
  lab = await MqttJsLab.open(seed)
  const key = seedKey(seed)
  let draws = 0
  const dice = (sides: number) => Math.floor(uniform(key, 0, ++draws, Draw.LOSS) * sides)
  const network = () => networks[dice(networks.length)] ?? {}
  const out: Outcome = { sent: [[], [], []], got: [[], [], []] }

  const sub = lab.device('sub', network())
  sub.on('message', (topic, body) => void out.got[Number(topic.slice(-1))]?.push(body.toString()))
  let ready = false
  sub.on('connect', () => {
    if (!ready)
      sub.subscribe(
        { 'q/0': { qos: 0 }, 'q/1': { qos: 1 }, 'q/2': { qos: 2 } },
        (error) => (ready ||= !error),
      )
  })
  await lab.until(() => ready)
  const pub = lab.device('pub', network())
  const send = (qos: QoS, text: string) => {
    pub.publish(`q/${qos}`, text, { qos }, (error) => {
      // mqtt.js refuses what it is given while it resends its store, if the connection ends before that is done.
      if (error && qos > 0) lab.sim.clock.schedule(1, () => send(qos, text))
    })
  }
  let steps = 0
  const link = () => lab.links[dice(2)]
  const step = () => {
    if (++steps >= length) return
    const what = dice(100)
    if (what < 70) {
      // mqtt.js puts what it is given during a resend in another order than the rest.
      const qos = dice(3) as QoS
      if (pub.connected) {
        const text = `{"_id":"pub:${steps}"}`
        out.sent[qos]?.push(text)
        send(qos, text)
      }
    } else if (what < 80) link()?.setConfig(linkSchema.parse(network()))
    else if (what < 90)
      link()?.dropNext(dice(2) ? 'uplink' : 'downlink', HANDSHAKE_TYPES[dice(5)] ?? 'PUBACK')
    else if (what < 93 && cuts) link()?.cut()
    lab.sim.clock.schedule(dice(20), step)
  }
  pub.once('connect', step)
  await lab.until(() => steps >= length)
  for (const l of lab.links) l.setConfig(linkSchema.parse({ ...networks[0], loss: 0 }))
  // Not by mqtt.js's callbacks: a few of them get lost when connections end during a resend.
  const all = () => [1, 2].every((qos) => new Set(out.got[qos]).size === out.sent[qos]?.length)
  const rest = () => sub.connected && pub.connected && lab.links.every((l) => l.pending() === 0)
  await lab.until(() => rest() && all())
  return out
}

const distinct = (list: readonly string[] | undefined) => [...new Set(list)]

function expectPromises({ sent, got }: Outcome): void {
  expect(sent.every((s) => s.length > 100)).toBe(true)
  // QoS 0: at most once
  expect(got[0]).toHaveLength(distinct(got[0]).length)
  expect(got[0]!.length).toBeLessThanOrEqual(sent[0]!.length)
  // QoS 1: at least once
  expect(distinct(got[1]).sort()).toEqual([...sent[1]!].sort())
  // QoS 2: exactly once
  expect([...got[2]!].sort()).toEqual([...sent[2]!].sort())
}

describe('random faults', () => {
  const radio = (loss: number): LinkInput => ({
    loss,
    delay: { model: 'uniform', minMs: 1, maxMs: 20 },
    recovery: { timeout: 60 },
  })

  it.each([1, 2])('radio links keep the promise of each QoS (seed %d)', async (seed) => {
    expectPromises(
      await run(seed, [radio(0.2), radio(0), radio(0.4), { ...radio(0.3), lossScope: 'all' }], true),
    )
    expect(lab.events.filter((e) => e.kind === 'closed').length).toBeGreaterThan(20)
  })

  it('all kinds in turn keep the promise of each QoS over 10,000 steps', async () => {
    expectPromises(
      await run(
        3,
        [radio(0.2), { kind: 'tcp', loss: 0.2, delay: 5 }, { kind: 'cut', delay: 5, cut: { every: 700 } }],
        true,
        LONG,
      ),
    )
  })

  it('tcp links keep the order of each topic and QoS as well', async () => {
    const outcome = await run(4, [{ kind: 'tcp', loss: 0.1, delay: 5, tcp: { rto: 20 } }], false)
    expectPromises(outcome)
    for (const qos of [0, 1, 2]) expect(distinct(outcome.got[qos])).toEqual(outcome.sent[qos])
    expect(outcome.got).toEqual(outcome.sent)
  })

  it('cuts keep the order of first deliveries of each topic and QoS', async () => {
    const outcome = await run(
      5,
      [
        { kind: 'cut', delay: 5 },
        { kind: 'cut', delay: 20 },
      ],
      true,
    )
    expectPromises(outcome)
    for (const qos of [1, 2]) expect(distinct(outcome.got[qos])).toEqual(outcome.sent[qos])
  })
})
