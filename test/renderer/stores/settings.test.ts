import { expect, test } from 'vitest'
import { projectorPx } from '../../../renderer/stores/settings'

test('type on the projector: 20 px at 1366 x 768, 24 px at 1920 x 1080, more in a larger window, 15 px at least', () => {
  expect(projectorPx(1366, 768)).toBe(20)
  expect(projectorPx(1920, 1080)).toBeCloseTo(24, 5)
  expect(projectorPx(1920, 768)).toBe(20)
  expect(projectorPx(3840, 2160)).toBeGreaterThan(24)
  expect(projectorPx(600, 300)).toBe(15)
})
