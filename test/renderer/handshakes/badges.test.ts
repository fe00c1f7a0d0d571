import { expect, test } from 'vitest'
import { drawBadges } from '../../../renderer/canvas/sequence/badges'
import { Taken } from '../../../renderer/canvas/sequence/boxes'
import { layoutSequence } from '../../../renderer/canvas/sequence/layout'
import { chooseLanes } from '../../../renderer/canvas/sequence/lanes'
import type { ArrowShape, NumberPlace } from '../../../renderer/canvas/sequence/types'
import { Simulation } from './simulate'
import { words } from './words'

const sim = new Simulation().message({ at: 0, qos: 1 }).run()
const { lanes } = chooseLanes(sim)
const scene = layoutSequence(sim, { lanes, width: 900, k: 1, pxPerMs: 1, nowMs: 500, words })

/** Numbers 1 to `count` at one end of an arrow. */
function numbers(arrow: ArrowShape, at: NumberPlace['at'], count: number) {
  const places = Array.from({ length: count }, (_, i) => ({ n: i + 1, seq: arrow.seq, at, mark: null }))
  return drawBadges(places, { k: 1, taken: new Taken(), arrows: [arrow], rings: scene.rings, marks: [] })
}

test('several numbers at one end of an arrow stand in one row, in order of time from left to right', () => {
  // PUBLISH and PUBACK of both legs: arrows to the right as well as to the left
  expect(new Set(scene.arrows.map((a) => Math.sign(a.to.x - a.from.x)))).toEqual(new Set([1, -1]))
  for (const arrow of scene.arrows)
    for (const at of ['start', 'end'] as const) {
      const row = numbers(arrow, at, 3)
      expect(row.map((b) => b.n)).toEqual([1, 2, 3])
      expect(new Set(row.map((b) => b.y)).size).toBe(1)
      for (const [i, b] of row.entries()) if (i > 0) expect(b.x - (row[i - 1]?.x ?? 0)).toBeGreaterThan(18)
    }
})

test('a number stands right of an earlier one that is beside it, whichever arrow that is at', () => {
  const [publish, puback] = scene.arrows
  if (!publish || !puback) throw new Error('two arrows are drawn')
  const answer: ArrowShape = { ...puback, from: { x: publish.to.x, y: publish.to.y }, to: publish.from }
  const places: NumberPlace[] = [
    { n: 1, seq: publish.seq, at: 'end', mark: null },
    { n: 2, seq: answer.seq, at: 'start', mark: null },
  ]
  const [one, two] = drawBadges(places, {
    k: 1,
    taken: new Taken(),
    arrows: [publish, { ...answer, type: 'PUBACK' }],
    rings: [],
    marks: [],
  })
  expect(two?.x ?? 0).toBeGreaterThan(one?.x ?? Infinity)
})

test('a filter leaves the lanes of the whole message', () => {
  const packets = sim.packets.filter((p) => p.type === 'PUBACK' && p.clientId === 'sensor-1')
  const part = { packets, exchanges: sim.exchanges, journeys: sim.journeys }
  const choice = chooseLanes(part)
  expect(choice.lanes.map((l) => l.clientId)).toEqual(['sensor-1', null, 'dashboard'])
  expect(choice.lanes.map((l) => l.side)).toEqual(['left', 'broker', 'right'])
  // a client without a packet is none that could be shown besides
  expect(chooseLanes({ ...part, max: 1 }).others).toEqual([])
})
