import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { textWidth } from '../../../renderer/canvas/text-width'
import { placeNames } from '../../../renderer/canvas/sequence/lane-names'
import { placeLanes } from '../../../renderer/canvas/sequence/lanes'
import type { LaneShape } from '../../../renderer/canvas/sequence/types'

const lanesOf = (titles: readonly string[], width: number): LaneShape[] => {
  const bare = titles.map((title, i) => ({
    clientId: i === 1 ? null : `${i} ${title}`,
    side: i === 0 ? ('left' as const) : i === 1 ? ('broker' as const) : ('right' as const),
    publishes: i === 0,
    subscribes: i > 1,
  }))
  const xs = placeLanes(bare, 72, width - 98)
  return bare.map((lane, i) => ({
    ...lane,
    x: xs[i] ?? 0,
    title: titles[i] ?? '',
    note: i === 0 ? 'publisher' : i === 1 ? 'embedded, MQTT' : 'subscriber',
    segments: [],
  }))
}
const title = fc.constantFrom(
  'a',
  'temp-10',
  'sensor-1',
  'dashboard',
  'living-room-thermostat',
  '브로커',
  '게시자-1',
)

test.prop([fc.array(title, { minLength: 2, maxLength: 5 }), fc.integer({ min: 320, max: 900 })])(
  'names of lanes run neither into each other nor out of the picture, at the width of a phone as well',
  (titles, width) => {
    const lanes = lanesOf(titles, width)
    const names = placeNames(lanes, 1, width)
    const boxes = names.map((n) => {
      const half = Math.max(1.25 * textWidth(n.title, 1), textWidth(n.note, 1)) / 2
      return { y: n.y, from: n.x - half, to: n.x + half }
    })
    for (const [i, a] of boxes.entries()) {
      expect(a.from).toBeGreaterThan(0)
      expect(a.to).toBeLessThan(width)
      for (const b of boxes.slice(i + 1)) if (a.y === b.y) expect(b.from).toBeGreaterThan(a.to + 5)
    }
    // enough of each stays to tell it apart
    for (const [i, n] of names.entries()) {
      const whole = titles[i] ?? ''
      expect(n.title === whole || n.title.length >= 4, n.title).toBe(true)
    }
  },
)

test('where there is room, every name has its second line', () => {
  expect(placeNames(lanesOf(['sensor-1', 'Broker', 'dashboard'], 900), 1, 900).map((n) => n.note)).toEqual([
    'publisher',
    'embedded, MQTT',
    'subscriber',
  ])
})
