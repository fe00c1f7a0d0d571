// @vitest-environment happy-dom
import { expect, it } from 'vitest'
import { wellFormed } from '../../../renderer/features/handshakes/export-image'

it('shows control characters, which XML cannot hold, as their symbols', () => {
  expect(wellFormed('<text>dev\u0001\u001b[2J\ta\n\ufffe\ud800</text>')).toBe(
    '<text>dev\u2401\u241b[2J\ta\n\ufffd\ufffd</text>',
  )
  expect(wellFormed('<text>온도 😀</text>')).toBe('<text>온도 😀</text>')
})
