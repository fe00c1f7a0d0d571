import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type { PacketRow } from '../../electron/contract/model'
import { clientsOf, FilterError, parsePacketFilter } from '../../electron/contract/packet-filter'
import { quoteValue, splitTerms } from '../../electron/contract/query-terms'
import { timeRangeOf, withTimeRange } from '../../electron/contract/time-range'
import { wildcard } from '../../electron/contract/wildcard'
import { packet } from '../helpers/packet-row'

const row = (clientId: string, topic: string | null = null): PacketRow =>
  packet({ seq: 1, clientId, type: 'PUBLISH', qos: 0, topic })
const matches = (query: string, clientId: string, topic: string | null = null): boolean =>
  parsePacketFilter(query)(row(clientId, topic), {})

describe('a wildcard', () => {
  it('stands for any text, the empty one included', () => {
    expect(['', 'ab', 'a.b', 'ba'].map(wildcard('a*b'))).toEqual([false, true, true, false])
    expect(['', 'x'].map(wildcard('*'))).toEqual([true, true])
    expect(['aba', 'ab'].map(wildcard('ab*ba'))).toEqual([false, false])
    expect(wildcard('*o*o')('oo')).toBe(true)
    expect(wildcard('*ab*ab')('ab')).toBe(false)
    expect(wildcard('a.c')('abc')).toBe(false)
  })

  it('matches as a search through all possibilities does', () => {
    const slow = (p: string, t: string): boolean =>
      p === ''
        ? t === ''
        : p[0] === '*'
          ? slow(p.slice(1), t) || (t !== '' && slow(p, t.slice(1)))
          : t[0] === p[0] && slow(p.slice(1), t.slice(1))
    const text = (of: string) => fc.string({ unit: fc.constantFrom(...of.split(/(?:)/)), maxLength: 8 })
    fc.assert(
      fc.property(text('ab*'), text('ab'), (p, t) => wildcard(p)(t) === slow(p, t)),
      { numRuns: 2000 },
    )
  })
})

describe('quotes in a packet query', () => {
  it.each([
    ['client:"my sensor"', 'my sensor', 't', true],
    ['client:"my sensor"', 'my', 't', false],
    ['client:"a,b",c', 'a,b', 't', true],
    ['client:"a,b",c', 'c', 't', true],
    ['client:a:b', 'a:b', 't', true],
    ['client:"a*"', 'a*', 't', true],
    ['client:"a*"', 'abc', 't', false],
    ['client:a*', 'abc', 't', true],
    ['client:"say \\"hi\\""', 'say "hi"', 't', true],
    ['client:"back\\\\slash"', 'back\\slash', 't', true],
    ['topic:"hall 2/#"', 'c', 'hall 2/lamp', true],
    ['-topic:"hall 2/#"', 'c', 'hall 2/lamp', false],
    ['"hall 2"', 'c', 'Hall 2/lamp', true],
    ['"a:b"', 'c', 'x/a:b', true],
    ['-"hall 2"', 'c', 'hall 2', false],
  ])('%s and %s', (query, client, topic, expected) => {
    expect(matches(query, client, topic)).toBe(expected)
  })

  it('must be closed', () => {
    expect(() => parsePacketFilter('client:"my sensor')).toThrow('found a " that is not closed')
  })

  it('keep together what a search for the clients of a query looks for', () => {
    expect(clientsOf('qos:1 client:"my sensor","a,b"')).toEqual(['my sensor', 'a,b'])
    expect(clientsOf('client:"a*"')).toEqual(['a*'])
    expect(clientsOf('client:a*')).toBeNull()
  })

  test.prop([fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 })])(
    'let any client be named',
    (names) => {
      const query = `qos:0,1,2 client:${names.map(quoteValue).join()}`
      const literal = names.filter((n) => quoteValue(n) !== n || !n.includes('*'))
      for (const name of literal) expect(matches(`client:${quoteValue(name)}`, name)).toBe(true)
      expect(splitTerms(query)).toHaveLength(2)
    },
  )

  it('leave a time range its own term', () => {
    const query = 'client:"time:1..2s x" time:3..4s'
    expect(timeRangeOf(query)).toEqual({ fromMs: 3000, toMs: 4000 })
    expect(withTimeRange(query, null)).toBe('client:"time:1..2s x"')
  })
})

describe('a packet query', () => {
  it('answers whatever the pattern: each piece of it is looked for once', () => {
    const long = 'z'.repeat(65_535)
    expect(matches(`client:${'*'.repeat(200)}zz`, long)).toBe(true)
    expect(matches(`client:${'*z'.repeat(900)}*x`, long)).toBe(false)
    expect(matches(`client:${'*a'.repeat(8)}zz`, 'a'.repeat(200))).toBe(false)
    expect(matches(`topic:${'+/'.repeat(200)}x,a/#`, 'c', '/'.repeat(65_535))).toBe(false)
  })

  it('looks at no more levels of a topic than its filters have, and decides as MQTT does', () => {
    expect(matches('topic:a/#', 'c', 'a/b/c/d')).toBe(true)
    expect(matches('topic:a/#', 'c', 'a')).toBe(true)
    expect(matches('topic:a/+', 'c', 'a/b/c')).toBe(false)
    expect(matches('topic:#', 'c', '$SYS/x')).toBe(false)
    expect(matches('topic:x,a/b', 'c', 'a/b')).toBe(true)
  })

  it('has a bounded number of terms', () => {
    expect(matches('c '.repeat(50), 'c')).toBe(true)
    expect(() => parsePacketFilter('c '.repeat(51))).toThrow(FilterError)
  })
})
