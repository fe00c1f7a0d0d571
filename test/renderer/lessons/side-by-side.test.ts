import { afterAll, expect, test } from 'vitest'
import { LOSSES } from '../../../electron/contract/comparison'
import { LessonService } from '../../../electron/engine/lessons/lesson-service'
import { textWidth } from '../../../renderer/canvas/text-width'
import { narrateRun, placesOf } from '../../../renderer/canvas/sequence/narration/narrate'
import { isNamed, layoutTogether } from '../../../renderer/canvas/sequence/side-by-side'
import { suggestPxPerMs } from '../../../renderer/canvas/sequence/time-scale'
import { fromFirstPacket, fromStart, lanesOf } from '../../../renderer/features/replay/recorded'
import { countsUntil, outcomeOfRun } from '../../../renderer/features/lessons/side-by-side'
import { penScroll } from '../../../renderer/features/replay/pen-scroll'
import { words } from '../handshakes/words'

const service = new LessonService()
afterAll(() => service.close())

test.each(LOSSES)('three pictures stand on one clock, lost: %s', async (loss) => {
  const { runs } = await service.compare(loss)
  const inputs = runs.map((r) => fromFirstPacket(r.timeline))
  const pxPerMs = suggestPxPerMs(
    inputs.flatMap((i) => i.packets),
    46,
  )
  const stories = inputs.map((i) => narrateRun(i, 'en'))
  const drawn = layoutTogether(
    runs.map((run, i) => ({
      input: inputs[i] ?? { packets: [], exchanges: [], journeys: [], marks: [] },
      options: {
        lanes: lanesOf(run.clients),
        width: 420,
        k: 1,
        pxPerMs,
        nowMs: 1e6,
        words,
        noCards: true,
        hidden: fromStart(run),
        numbers: placesOf(stories[i] ?? []),
      },
    })),
  )
  const scenes = drawn?.scenes ?? []
  expect(scenes.map((s) => s.drawn)).toEqual(runs.map((r) => r.totals.packets))
  expect(new Set(scenes.map((s) => s.height)).size).toBe(1)
  // what happens at one time begins at one height in all columns, and later is never higher
  const heights = new Map<number, Set<number>>()
  scenes.forEach((scene, i) => {
    for (const p of inputs[i]?.packets ?? []) {
      const spot = scene.scale.spots.get(p.seq)
      expect(spot && spot.y1 >= spot.y0).toBe(true)
      const at = drawn?.scale.instants.find((x) => x.t === p.sentMs)
      expect(spot?.y0).toBeGreaterThanOrEqual(at?.y0 ?? Infinity)
      expect(spot?.y0).toBeLessThanOrEqual(at?.y1 ?? -Infinity)
      const same = heights.get(p.sentMs) ?? new Set()
      heights.set(p.sentMs, same.add(spot?.y0 ?? NaN))
    }
    // a band says that nothing was sent only where nothing was under way in that column
    const busy = (t0: number, t1: number): boolean =>
      (inputs[i]?.packets ?? []).some((p) => p.sentMs < t1 && (p.settledMs ?? Infinity) > t0)
    for (const f of scene.folds) {
      expect(f.idle).toBe(!busy(f.t0, f.t1))
      if (f.text.includes('nothing sent')) expect(f.idle).toBe(true)
    }
    expect(new Set(scene.badges.map((b) => b.n))).toEqual(new Set(stories[i]?.map((s) => s.n)))
    expect(scene.arrows.every((a) => a.label.qos === null)).toBe(true)
  })
  expect(heights.get(0)?.size).toBe(1)
  // counted from the picture at its end and by the ledger: the same
  runs.forEach((run, i) => {
    const counts = countsUntil(inputs[i] ?? { packets: [], exchanges: [], journeys: [], marks: [] }, Infinity)
    const { packets, arrived, duplicated } = run.totals
    expect(counts).toEqual({ packets, arrived, duplicated })
    expect(outcomeOfRun(run)).toBe(['lost', 'once', 'more'][Math.min(2, arrived)])
  })
})

test.each([
  [422, 20],
  [606, 24],
])(
  'in a third of a projector’s width, %i px, there is a slant at which every packet of type of %i px is named',
  async (width, px) => {
    for (const loss of LOSSES) {
      const { runs } = await service.compare(loss)
      const inputs = runs.map((r) => fromFirstPacket(r.timeline))
      const k = px / 11
      const pxPerMs =
        suggestPxPerMs(
          inputs.flatMap((i) => i.packets),
          84,
        ) * k
      const columns = runs.map((run, i) => ({
        input: inputs[i] ?? { packets: [], exchanges: [], journeys: [], marks: [] },
        options: {
          lanes: lanesOf(run.clients),
          width,
          k,
          pxPerMs,
          nowMs: 1e6,
          words,
          noCards: true,
          slim: true,
        },
      }))
      for (const scene of layoutTogether(columns)?.scenes ?? []) {
        expect(isNamed(scene), loss).toBe(true)
        for (const lane of scene.lanes) {
          const half = (1.25 * textWidth(lane.title, k)) / 2
          expect(lane.x - half).toBeGreaterThanOrEqual(0)
          expect(lane.x + half).toBeLessThanOrEqual(width)
        }
      }
    }
  },
)

test('at the end each picture shows its own last arrow, also while others go on', async () => {
  for (const loss of LOSSES) {
    const { runs } = await service.compare(loss)
    const inputs = runs.map((r) => fromFirstPacket(r.timeline))
    const k = 20 / 11
    const pxPerMs =
      suggestPxPerMs(
        inputs.flatMap((i) => i.packets),
        46,
      ) * k
    const drawn = layoutTogether(
      runs.map((run, i) => ({
        input: inputs[i] ?? { packets: [], exchanges: [], journeys: [], marks: [] },
        options: { lanes: lanesOf(run.clients), width: 422, k, pxPerMs, nowMs: 1e6, words, slim: true },
      })),
    )
    for (const scene of drawn?.scenes ?? []) {
      const end = scene.scale.height + 16 * k
      const clientHeight = 250
      const top = penScroll(end, scene, k, { scrollTop: 0, clientHeight, scrollHeight: scene.height })
      const last = Math.max(...scene.arrows.map((a) => a.to.y))
      expect(last, loss).toBeLessThanOrEqual(top + clientHeight)
      expect(last, loss).toBeGreaterThan(top)
      // back at the beginning, its first
      expect(penScroll(0, scene, k, { scrollTop: top, clientHeight, scrollHeight: scene.height })).toBe(0)
    }
  }
})

test('counts go with the moment', async () => {
  const { runs } = await service.compare('answer')
  const [, one] = runs.map((r) => fromFirstPacket(r.timeline))
  const at = (ms: number) => countsUntil(one ?? { packets: [], exchanges: [], journeys: [], marks: [] }, ms)
  // 40 ms to the broker and 40 ms on
  expect(at(0)).toEqual({ packets: 1, arrived: 0, duplicated: 0 })
  expect(at(79).arrived).toBe(0)
  expect(at(80)).toMatchObject({ arrived: 1, duplicated: 0 })
  expect(at(1e6)).toMatchObject({ arrived: 2, duplicated: 1 })
})
