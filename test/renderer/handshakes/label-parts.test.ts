import { expect, test } from 'vitest'
import { labelParts } from '../../../renderer/canvas/sequence/label-parts'

const label = { name: 'PUBACK #1', width: 90, altered: null, lift: -4.5 }

test.each([-60, -45, 0, 30, 45])(
  'a mark stands upright on an arrow of %i degrees, around its own middle',
  (angle) => {
    const { mark } = labelParts({ ...label, angle }, 1)
    const [turn, x, y] = (/^rotate\((\S+) (\S+) (\S+)\)$/.exec(mark.turn)?.slice(1) ?? []).map(Number)
    expect((turn ?? Number.NaN) + angle).toBeCloseTo(0)
    expect([x, y]).toEqual([mark.x + mark.side / 2, mark.y + mark.side / 2])
  },
)

test('a label’s name begins after its mark', () => {
  const { mark, name } = labelParts({ ...label, angle: 0 }, 2)
  expect(name).toBeGreaterThan(mark.x + mark.side)
})
