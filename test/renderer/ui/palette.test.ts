import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HANDSHAKE_TYPES } from '@contract/packet'
import { PACKET_FAMILIES, packetStyle } from '../../../renderer/ui/packet-style'
import { contrast, distance, linear, seenBy, VISIONS, type Rgb } from './colour'

const root = join(import.meta.dirname, '../../..')
const css = readFileSync(join(root, 'renderer/ui/tokens.css'), 'utf8')
const glyphs = readFileSync(join(root, 'renderer/canvas/glyphs.ts'), 'utf8')

/** Colours of a theme: those of the light one stand over those of the dark one. */
function colours(theme: 'dark' | 'light'): Map<string, Rgb> {
  const [dark = '', light = ''] = css.split("[data-theme='light']")
  const found = new Map<string, Rgb>()
  for (const text of theme === 'dark' ? [dark] : [dark, light]) {
    for (const [, name = '', hex = ''] of text.matchAll(/--color-([\w-]+): (#[0-9a-f]{6});/g)) {
      found.set(name, linear(hex))
    }
  }
  return found
}
const pairs = HANDSHAKE_TYPES.flatMap((a, i) => HANDSHAKE_TYPES.slice(i + 1).map((b) => [a, b] as const))
const of = (theme: Map<string, Rgb>, name: string): Rgb => {
  const found = theme.get(name)
  if (!found) throw new Error(`there is no colour ${name}`)
  return found
}

/** What can just be told apart side by side is 2.3; lines far from each other need more. */
const APART = 10

describe.each(['dark', 'light'] as const)('the palette, %s', (name) => {
  const theme = colours(name)
  const packet = (type: string): Rgb => of(theme, `packet-${type.toLowerCase()}`)

  it.each(VISIONS)('gives the packets of a handshake colours that %s tells apart', (vision) => {
    for (const [a, b] of pairs) {
      const apart = distance(seenBy(vision, packet(a)), seenBy(vision, packet(b)))
      expect(apart, `${a} and ${b}`).toBeGreaterThan(APART)
    }
  })

  it.each(VISIONS)('keeps loss apart from every packet for %s, or by its cross', (vision) => {
    const close = HANDSHAKE_TYPES.filter(
      (t) => distance(seenBy(vision, of(theme, 'loss')), seenBy(vision, packet(t))) <= APART,
    )
    // What is near is never told by colour alone: loss is a cross and has its word beside it.
    expect(close.length, close.join()).toBeLessThanOrEqual(1)
  })

  it('draws lines and glyphs at 3 : 1 or more, words at 4.5 : 1 or more', () => {
    for (const ground of ['surface-0', 'surface-1']) {
      for (const family of PACKET_FAMILIES)
        expect(contrast(of(theme, `packet-${family}`), of(theme, ground)), family).toBeGreaterThan(3)
      for (const word of ['ink-1', 'ink-2', 'ink-3', 'loss', 'good', 'warn'])
        expect(contrast(of(theme, word), of(theme, ground)), `${word} on ${ground}`).toBeGreaterThan(4.5)
    }
  })
})

describe('shape and dash', () => {
  it('tell the packets of a handshake apart without any colour', () => {
    const dashes = HANDSHAKE_TYPES.map((t) => packetStyle(t).dash.join(' '))
    const shapes = HANDSHAKE_TYPES.map((t) => packetStyle(t).glyph)
    expect(new Set(dashes).size).toBe(HANDSHAKE_TYPES.length)
    expect(new Set(shapes).size).toBe(HANDSHAKE_TYPES.length)
    for (const t of HANDSHAKE_TYPES) expect(glyphs, t).toContain(t.toLowerCase())
  })

  it('are the same in the style sheet and in the code that draws', () => {
    for (const family of PACKET_FAMILIES) {
      const written = new RegExp(`--dash-${family}: ([^;]+);`).exec(css)?.[1]
      const type = HANDSHAKE_TYPES.find((t) => t.toLowerCase() === family)
      if (type) expect(written).toBe(packetStyle(type).dash.join(' ') || 'none')
    }
  })
})

it('hexadecimal numbers keep their x wherever features of a face are set: 0x04 is no product', () => {
  for (const file of ['base.css', 'parts.css']) {
    const sheet = readFileSync(join(root, 'renderer/ui', file), 'utf8')
    const set = [...sheet.matchAll(/font-feature-settings:([^;]*);/g)].map(([, features]) => features ?? '')
    expect(set.length).toBeGreaterThan(1)
    expect(set.filter((features) => !features.includes("'calt' 0"))).toEqual([])
  }
})
