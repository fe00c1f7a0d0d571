import { effectScope } from 'vue'
import { describe, expect, it } from 'vitest'
import { createFormat } from '../../../renderer/i18n/format'
import { fileName } from '../../../renderer/api/file'
import { hashOf, parseHash } from '../../../renderer/features/router'
import { handleKey, keysOf, useCommands } from '../../../renderer/ui/commands'
import { dashArray, packetStyle } from '../../../renderer/ui/packet-style'
import { HANDSHAKE_TYPES } from '../../../electron/contract/packet'
import { rowsInSight, scrollTopFor } from '../../../renderer/ui/virtual-window'

const key = (k: string, part: Partial<KeyboardEvent> = {}): KeyboardEvent =>
  ({
    key: k,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    defaultPrevented: false,
    isComposing: false,
    target: null,
    preventDefault: () => undefined,
    ...part,
  }) as KeyboardEvent

describe('keys', () => {
  it('spells keys as commands write them', () => {
    expect(keysOf(key('z', { ctrlKey: true }))).toBe('Ctrl+Z')
    expect(keysOf(key('z', { metaKey: true, shiftKey: true }))).toBe('Ctrl+Shift+Z')
    expect(keysOf(key('?', { shiftKey: true }))).toBe('?')
    expect(keysOf(key('P', { shiftKey: true }))).toBe('Shift+P')
    expect(keysOf(key(' '))).toBe('Space')
  })

  it('runs the latest command of a key, while its screen lives and it may', () => {
    const ran: string[] = []
    const command = (id: string, enabled = true) => ({
      id,
      title: id,
      section: 's',
      keys: 'D',
      enabled: () => enabled,
      run: () => ran.push(id),
    })
    const outer = effectScope()
    const inner = effectScope()
    outer.run(() => useCommands([command('shell')]))
    inner.run(() => useCommands([command('screen'), command('off', false)]))
    expect(handleKey(key('d'))).toBe(true)
    inner.stop()
    expect(handleKey(key('d'))).toBe(true)
    outer.stop()
    expect(handleKey(key('d'))).toBe(false)
    expect(ran).toEqual(['screen', 'shell'])
  })
})

describe('addresses', () => {
  it('reads what it writes, and takes anything else for the first screen', () => {
    expect(parseHash(hashOf('traffic', { topic: 'home/hall & more' }))).toEqual({
      screen: 'traffic',
      params: { topic: 'home/hall & more' },
    })
    expect(parseHash('#/nowhere').screen).toBe('lab')
    expect(parseHash('').screen).toBe('lab')
  })
})

describe('numbers', () => {
  it('follow the language', () => {
    expect(createFormat('en').int(18_204)).toBe('18,204')
    expect(createFormat('de').int(18_204)).toBe('18.204')
    expect([createFormat('en').rate(36.44), createFormat('en').rate(12_000)]).toEqual(['36.4', '12,000'])
    expect([createFormat('en').clock(42_318), createFormat('en').clock(3_723_004)]).toEqual([
      '00:42.318',
      '1:02:03.004',
    ])
  })

  it('makes a file name of any scenario name', () => {
    expect(fileName('Lossy classroom: 20 %', 'yaml')).toBe('lossy-classroom-20.yaml')
    expect(fileName('손실 교실', 'json')).toBe('손실-교실.json')
    expect(fileName('///', 'yaml')).toBe('scenario.yaml')
  })
})

describe('packet styles', () => {
  it('tell the packets of a handshake apart by colour, dash and glyph, each by itself', () => {
    const styles = HANDSHAKE_TYPES.map(packetStyle)
    for (const part of ['colorVar', 'glyph'] as const)
      expect(new Set(styles.map((s) => s[part])).size).toBe(5)
    expect(new Set(HANDSHAKE_TYPES.map((t) => dashArray(t) ?? 'solid')).size).toBe(5)
    expect(packetStyle('CONNACK')).toBe(packetStyle('CONNACK'))
    expect(packetStyle('PINGRESP').family).toBe('ping')
  })
})

describe('virtual window', () => {
  it('covers what is in sight and stays within what the engine gives at once', () => {
    for (const top of [0, 500, 123_456]) {
      const { offset, limit } = rowsInSight(top, 800, 24, 50_000)
      expect(offset * 24).toBeLessThanOrEqual(top)
      expect((offset + limit) * 24).toBeGreaterThanOrEqual(top + 800)
      expect(limit).toBeLessThanOrEqual(500)
    }
    expect(rowsInSight(9999, 800, 24, 0).offset).toBe(0)
  })

  it('scrolls just far enough, and never hides a row behind a sticky head', () => {
    const view = { scrollTop: 240, height: 110, rowHeight: 22, head: 22 }
    expect([11, 12, 13].map((i) => scrollTopFor(i, view))).toEqual([null, null, null])
    expect(scrollTopFor(10, view)).toBe(220)
    const below = scrollTopFor(40, view)
    expect(below).toBe(40 * 22 + 22 - 88)
    expect(scrollTopFor(40, { ...view, scrollTop: below ?? 0 })).toBeNull()
  })
})
