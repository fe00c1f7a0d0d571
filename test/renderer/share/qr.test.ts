import { describe, expect, it } from 'vitest'
import { encode } from 'uqr'
import { grouped, joinUrl, qrPath } from '../../../renderer/features/share/qr'
import { viewportFor } from '../../../renderer/features/share/phone'

/** Dark modules that a path of `M x y h n v1 h-n z` runs covers. */
function modules(path: string): string[] {
  return [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)].flatMap(([, x, y, n, back]) => {
    expect(back).toBe(n)
    return Array.from({ length: Number(n) }, (_, i) => `${Number(x) + i},${y}`)
  })
}

describe('QR code', () => {
  it('is the address with the code in the fragment, which no server is sent', () => {
    const url = new URL(joinUrl('http://192.168.0.7:8080/', '01234567'))
    expect(url.hash).toBe('#code=01234567')
    expect(url.search).toBe('')
    expect(url.pathname).toBe('/')
  })

  it('draws every dark module once, inside a quiet zone of four', () => {
    const text = joinUrl('http://192.168.0.7:8080/', '01234567')
    const { size, path } = qrPath(text)
    const { data } = encode(text, { ecc: 'M', border: 4 })
    const dark = data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`${x},${y}`] : [])))
    expect(modules(path).sort()).toEqual(dark.sort())
    expect(size).toBe(data.length)
    const places = dark.flatMap((m) => m.split(',').map(Number))
    expect(Math.min(...places)).toBe(4)
    expect(Math.max(...places)).toBe(size - 5)
  })

  it('shows its digits in two groups', () => expect(grouped('01234567')).toBe('0123 4567'))
})

describe('viewport', () => {
  it('is a small desktop on a phone and the screen itself elsewhere', () => {
    expect(viewportFor(390)).toBe('width=1024')
    expect(viewportFor(768)).toBe('width=device-width, initial-scale=1')
  })
})
