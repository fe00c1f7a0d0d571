import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import type { PacketBatch, PacketRow } from '../../../electron/contract/model'
import { packetName } from '../../../renderer/canvas/sequence/arrows'
import { chooseLanes } from '../../../renderer/canvas/sequence/lanes'
import { layoutSequence } from '../../../renderer/canvas/sequence/layout'
import {
  narrate,
  narrateRun,
  numberStories,
  placesOf,
  sentenceText,
  type Sentence,
} from '../../../renderer/canvas/sequence/narration/narrate'
import { suggestPxPerMs } from '../../../renderer/canvas/sequence/time-scale'
import type { Scene, SequenceInput } from '../../../renderer/canvas/sequence/types'
import { fromFirstPacket } from '../../../renderer/features/replay/recorded'
import { simulate } from '../../helpers/simulate'
import { words } from './words'

/** A fleet in which much goes wrong: every kind of link, QoS and session. */
const fleet = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
  granted: fc.constantFrom(0 as const, 1 as const, 2 as const),
  kind: fc.constantFrom('radio' as const, 'tcp' as const, 'cut' as const),
  loss: fc.constantFrom(0, 0.1, 0.4),
  mode: fc.constantFrom('retry' as const, 'reconnect' as const),
  clean: fc.boolean(),
  protocol: fc.constantFrom(4 as const, 5 as const),
  receiveMaximum: fc.constantFrom(1, 2, 10),
  retain: fc.boolean(),
  cuts: fc.array(
    fc.record({ atMs: fc.integer({ min: 0, max: 600 }), who: fc.constantFrom('p', 'q', 's', 't') }),
    {
      maxLength: 3,
    },
  ),
})
type Fleet = typeof fleet extends fc.Arbitrary<infer T> ? T : never

async function capture(f: Fleet): Promise<PacketBatch> {
  const recovery = { timeout: 100, maxRetries: 4, ...(f.kind === 'radio' ? { mode: f.mode } : {}) }
  const session = { clean: f.clean, protocol: f.protocol }
  const five = f.protocol === 5 ? { sessionExpiry: '300s' } : {}
  const publisher = (id: string, topic: string) => ({
    ...session,
    ...five,
    name: id,
    id,
    publishes: [{ topic, qos: f.qos, rate: 8, retain: f.retain }],
  })
  const { batch } = await simulate(
    {
      seed: f.seed,
      messages: 2,
      link: {
        kind: f.kind,
        delay: 10,
        ...(f.kind === 'cut' ? { cut: { down: 200 } } : { loss: f.loss }),
        ...(f.kind === 'tcp' ? {} : { recovery }),
      },
      groups: [
        publisher('p', 't/1'),
        publisher('q', 't/2'),
        { ...session, ...five, name: 's', id: 's', subscribes: [{ filter: 't/#', qos: f.granted }] },
        {
          ...session,
          ...five,
          name: 't',
          id: 't',
          subscribes: [{ filter: 't/1', qos: f.qos }],
          ...(f.protocol === 5 ? { receiveMaximum: f.receiveMaximum } : {}),
        },
      ],
    },
    (sim) =>
      sim.plan(
        f.cuts.map(({ atMs, who }) => ({
          atMs: sim.clock.now() + atMs,
          run: () => sim.fleet.device(who)?.link.cut(),
        })),
      ),
  )
  return batch
}

/** What stands beside the picture is true of it. */
function expectTold(input: SequenceInput, scene: Scene, sentences: readonly Sentence[], k: number): void {
  const counted = sentences.filter((s) => s.kind !== 'skipped')
  expect(new Set(scene.badges.map((b) => b.n))).toEqual(new Set(counted.map((s) => s.n)))
  expect(scene.badges).toHaveLength(placesOf(sentences).length)
  const heights = counted.map((s) => scene.badges.filter((b) => b.n === s.n).map((b) => b.y))
  for (let i = 1; i < heights.length; i++)
    expect(Math.min(...(heights[i] ?? [])), `badge ${counted[i]?.n}`).toBeGreaterThanOrEqual(
      Math.max(...(heights[i - 1] ?? [])),
    )
  for (const b of scene.badges)
    for (const a of scene.badges.filter((x) => x.n < b.n && Math.abs(x.y - b.y) < 12 * k))
      if (Math.abs(a.x - b.x) < 16 * k) expect([a, b]).toEqual([])
  const drawn = new Set(scene.arrows.map((a) => a.seq))
  const names = new Set(input.packets.filter((p) => drawn.has(p.seq)).map(packetName))
  for (const s of counted) {
    expect([...s.also, ...(s.seq === null ? [] : [s.seq])].filter((seq) => !drawn.has(seq))).toEqual([])
    const named = sentenceText(s).match(/\b(PUB(?:LISH|ACK|REC|REL|COMP)|CONN(?:ECT|ACK)) #\d+/g) ?? []
    if (s.kind !== 'identifier-freed')
      expect(
        named.filter((n) => !names.has(n)),
        sentenceText(s),
      ).toEqual([])
  }
}

const draw = (input: SequenceInput, sentences: readonly Sentence[], k: number, slant: number): Scene =>
  layoutSequence(input, {
    lanes: chooseLanes({ ...input }).lanes,
    width: 1000 * k,
    k,
    pxPerMs: suggestPxPerMs(input.packets, slant) * k,
    nowMs: Math.max(0, ...input.packets.map((p) => p.settledMs ?? p.sentMs)),
    noCards: true,
    words,
    numbers: placesOf(sentences),
  })

const SIZES = [
  [1, 84],
  [1, 26],
  [24 / 11, 54],
] as const

describe('what is said of random captures', () => {
  test.prop([fleet], { numRuns: 8 })('of a whole run', async (f) => {
    const input = fromFirstPacket(await capture(f))
    const sentences = narrateRun(input, 'en')
    for (const [k, slant] of SIZES) expectTold(input, draw(input, sentences, k, slant), sentences, k)
  })

  test.prop([fleet, fc.nat(), fc.nat(90)], { numRuns: 8 })(
    'of messages in a part of a run',
    async (f, from, count) => {
      const batch = await capture(f)
      const at = from % Math.max(1, batch.packets.length)
      const packets: PacketRow[] = batch.packets.slice(at, at + count + 1)
      const own = new Set(packets.map((p) => p.journey))
      const input = { ...batch, packets, journeys: batch.journeys.filter((j) => own.has(j.id)) }
      const stories = numberStories(
        input.journeys.slice(-3).map((j) => narrate(j, input.exchanges, packets, 'en', input.marks)),
      )
      const sentences = stories.flat().sort((a, b) => a.n - b.n)
      for (const [k, slant] of SIZES) expectTold(input, draw(input, sentences, k, slant), sentences, k)
    },
  )
})
