import { expect, test } from 'vitest'
import { parseScenario } from '../../../electron/contract/scenario-file'
import { atOnce } from '../../../electron/engine/base/slices'
import { Recording } from '../../../electron/engine/import/recording'
import type { Capture } from '../../../electron/engine/observe/capture/capture'
import { createCapture } from '../../../electron/engine/observe/capture/capture'
import { createSimulation } from '../../../electron/engine/simulation/simulation'
import { scenarioOf } from '../../helpers/lab-run'
import { Bench, dup, puback, publishFrame } from '../observe/capture/wire'
import { read } from './files'

/** Exchanges with their packets, without the numbers that the capture gave them. */
const exchangesOf = (capture: Capture) => {
  const { exchanges } = capture.latest('', 100_000)
  return exchanges.map(({ clientId, direction, qos, packetId, topic, verdict, retries, packets }) => ({
    ...{ clientId, direction, qos, packetId, topic, verdict, retries },
    packets: packets.map((seq) => {
      const { type, dup: again, fate, reason, bytes, answers, resends } = capture.row(seq)!
      return { type, again, fate, reason, bytes, answered: answers !== null, repeats: resends !== null }
    }),
  }))
}

/** A run on lossy links: what its capture holds at the end. */
async function run() {
  const sim = createSimulation({
    scenario: scenarioOf({
      seed: 7,
      messages: 10,
      link: { kind: 'radio', loss: 0.2, delay: 5, recovery: { timeout: 80 } },
      groups: [
        { name: 'p', count: 3, publishes: [{ topic: 'home/{n}', qos: 2, rate: 10 }] },
        { name: 's', count: 2, subscribes: [{ filter: 'home/#', qos: 1 }] },
      ],
    }),
  })
  const capture = createCapture({ clock: sim.clock })
  sim.observe({ links: capture, listeners: capture, routes: capture })
  await sim.start()
  await sim.connect()
  sim.fleet.startPublishing()
  expect(await sim.untilQuiet()).toBe(true)
  const file = capture.pcapng('').bytes
  const outcome = { exchanges: exchangesOf(capture), counts: capture.counts(), file }
  await sim.close()
  return outcome
}

test('the export of a run on lossy links, opened again, has the same exchanges and counts', async () => {
  const { exchanges: before, counts, file } = await run()
  const again = read(file)
  expect(before.length).toBeGreaterThan(20)
  expect(before.some((e) => e.retries > 0)).toBe(true)
  expect(exchangesOf(again.capture)).toEqual(before)
  expect(again.capture.counts()).toEqual(counts)
  expect(again.report()).toMatchObject({ malformed: 0, missingBytes: 0, writer: 'MQTT Fleet Lab' })
})

test('a kept run has its scenario and its times, and is opened like a capture', async () => {
  const scenario = scenarioOf({
    name: 'Evening 저녁',
    description: '가'.repeat(2000),
    seed: 7,
    messages: 4,
    link: { kind: 'radio', loss: 0.2, delay: 40, recovery: { timeout: 200 } },
    groups: Array.from({ length: 200 }, (_, i) => ({
      name: `p${i}`,
      publishes: i === 0 ? [{ topic: 'home', qos: 1 as const, rate: 10 }] : [],
    })),
  })
  const sim = createSimulation({ scenario })
  const capture = createCapture({ clock: sim.clock })
  sim.observe({ links: capture, listeners: capture, routes: capture })
  await sim.start()
  await sim.connect()
  sim.fleet.startPublishing()
  expect(await sim.untilQuiet()).toBe(true)
  const json = JSON.stringify(scenario)
  expect(json.length).toBeGreaterThan(25_000)
  const file = atOnce(capture.export('client:p0-1', { scenario: json }).next())
  await sim.close()
  const again = read(file.bytes)
  expect(again.status(1).recording.run).toEqual({ name: 'Evening 저녁', seed: 7 })
  expect(parseScenario(again.report().scenario ?? '', 'kept.yaml')).toEqual(scenario)
  const times = (c: Capture): number[] =>
    c.latest('client:p0-1 fate:delivered', 1000).packets.map((p) => Math.round((p.settledMs ?? 0) - p.sentMs))
  expect(new Set(times(again.capture))).toEqual(new Set([40]))
  expect(times(again.capture)).toEqual(times(capture))
  const broken = new Recording('broken.run.pcapng')
  broken.push(Buffer.from(atOnce(capture.export('', { scenario: '{"version": 1}' }).next()).bytes))
  expect(() => broken.end()).toThrow(/^the scenario of this kept run cannot be read \(name\)/)
})

test('a part of a run has the names of its clients, without what the export put in', () => {
  const b = new Bench()
  b.connect('온도 5', true, false, 5)
  const one = publishFrame({ topic: 't', qos: 1, id: 3 }, 5)
  b.pass('온도 5', 'uplink', one, { level: 5 })
  b.drop('온도 5', 'downlink', puback(3), { level: 5 })
  b.pass('온도 5', 'uplink', dup(one), { level: 5, attempt: 2 })
  const again = read(b.capture.pcapng('type:HANDSHAKE').bytes)
  expect(exchangesOf(again.capture)).toEqual(exchangesOf(b.capture))
  expect(again.report()).toMatchObject({
    packets: { CONNECT: 0, PUBLISH: 2, PUBACK: 1 },
    unfinished: [{ clientId: '온도 5', seen: ['PUBLISH', 'PUBACK', 'PUBLISH'], missing: 'PUBACK' }],
  })
})
