import { fc, test } from '@fast-check/vitest'
import { afterAll, describe, expect } from 'vitest'
import type { PacketBatch } from '../../../electron/contract/model'
import type { ScriptedLesson } from '../../../electron/contract/lesson'
import { LessonService } from '../../../electron/engine/lessons/lesson-service'
import { builtInLessons } from '../../../electron/engine/lessons/library'
import { chooseLanes } from '../../../renderer/canvas/sequence/lanes'
import { layoutSequence } from '../../../renderer/canvas/sequence/layout'
import {
  buildTimeScale,
  suggestPxPerMs,
  type TimedPacket,
} from '../../../renderer/canvas/sequence/time-scale'
import { fromFirstPacket, lanesOf } from '../../../renderer/features/replay/recorded'
import { pair, simulate } from '../../helpers/simulate'
import { words } from './words'

/** A packet is drawn as sent only after all that had arrived by then, and had been captured before it, is drawn as arrived. */
function expectCausesFirst(
  packets: readonly TimedPacket[],
  spots: ReadonlyMap<number, { y0: number; y1: number }>,
): void {
  const reversed = packets.flatMap((p) =>
    packets
      .filter((a) => a.seq < p.seq && a.settledMs !== null && a.settledMs <= p.sentMs)
      .filter((a) => (spots.get(a.seq)?.y1 ?? 0) > (spots.get(p.seq)?.y0 ?? 0))
      .map((a) => `${p.seq} is drawn before ${a.seq} has arrived`),
  )
  expect(reversed).toEqual([])
}

const service = new LessonService()
afterAll(() => service.close())
const scripted = builtInLessons().filter((l): l is ScriptedLesson => l.kind === 'script')

describe('no arrow starts before the one that caused it has arrived', () => {
  test.each(scripted.flatMap((l) => l.variants.map((v) => [l.id, v.id] as const)))(
    'in lesson %s/%s, at any size',
    async (lesson, variant) => {
      const o = await service.run(lesson, variant)
      const input = fromFirstPacket(o.timeline)
      for (const slant of [84, 26])
        for (const k of [1, 21 / 16]) {
          const scene = layoutSequence(input, {
            lanes: lanesOf(o.clients),
            width: 900,
            k,
            pxPerMs: suggestPxPerMs(input.packets, slant) * k,
            nowMs: 1e6,
            words,
          })
          expectCausesFirst(input.packets, scene.scale.spots)
        }
    },
  )

  test.prop(
    [fc.constantFrom(0, 1, 2), fc.integer({ min: 0, max: 0.5e9 }), fc.integer({ min: 1, max: 1e6 })],
    {
      numRuns: 8,
    },
  )('in runs of the engine with chance losses', async (qos, loss, seed) => {
    const base = pair(qos, 6)
    const { batch } = await simulate({
      ...base,
      seed,
      link: { kind: 'radio', delay: 10, loss: loss / 1e9, recovery: { timeout: 100, maxRetries: 5 } },
    })
    drawAll(batch)
  })

  const packet = fc.record({
    clientId: fc.constantFrom('a', 'b', 'c'),
    direction: fc.constantFrom('uplink' as const, 'downlink' as const),
    // few instants, so that many things happen at the same one
    sentMs: fc.integer({ min: 0, max: 6 }),
    wayMs: fc.option(fc.integer({ min: 0, max: 3 })),
  })
  test.prop([fc.array(packet, { maxLength: 40 }), fc.constantFrom(0.01, 1, 30)], { numRuns: 400 })(
    'in any capture',
    (raw, pxPerMs) => {
      const packets = [...raw]
        .sort((a, b) => a.sentMs - b.sentMs)
        .map(({ wayMs, ...p }, i) => ({
          ...p,
          seq: i + 1,
          settledMs: wayMs === null ? null : p.sentMs + wayMs,
        }))
      const scale = buildTimeScale(packets, [], {
        pxPerMs,
        slot: 19,
        foldPx: 20,
        foldAbove: 64,
        maxGap: 190,
        top: 22,
        nowMs: 12,
      })
      expectCausesFirst(packets, scale.spots)
    },
  )
})

function drawAll(batch: PacketBatch): void {
  const { lanes } = chooseLanes(batch)
  const scene = layoutSequence(batch, {
    lanes,
    width: 900,
    k: 1,
    pxPerMs: suggestPxPerMs(batch.packets, 24),
    nowMs: 1e6,
    words,
  })
  expect(scene.drawn).toBe(batch.packets.length)
  expectCausesFirst(batch.packets, scene.scale.spots)
}
