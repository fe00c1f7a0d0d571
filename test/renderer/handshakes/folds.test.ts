import { expect, test } from 'vitest'
import { partsOf } from '../../../renderer/canvas/sequence/folds'

test('a line down the picture is told apart where it runs through bands', () => {
  const folds = [
    { y0: 40, y1: 60 },
    { y0: 90, y1: 110 },
    { y0: 300, y1: 320 },
  ]
  expect(partsOf(10, 100, folds)).toEqual([
    { y0: 10, y1: 40, folded: false },
    { y0: 40, y1: 60, folded: true },
    { y0: 60, y1: 90, folded: false },
    { y0: 90, y1: 100, folded: true },
  ])
  expect(partsOf(120, 200, folds)).toEqual([{ y0: 120, y1: 200, folded: false }])
})
