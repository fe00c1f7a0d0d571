import { describe, expect, it } from 'vitest'
import { FilterError, parsePacketFilter } from '@contract/packet-filter'
import { readTimeRange, timeRangeOf, timeTerm, withTimeRange } from '@contract/time-range'

describe('a range of time in a packet query', () => {
  it.each([
    ['12.5..14s', 12_500, 14_000],
    ['12.5s..14', 12_500, 14_000],
    ['0.0001..2', 0.1, 2000],
    ['3..', 3000, Infinity],
    ['..3s', 0, 3000],
  ])('reads %s', (text, fromMs, toMs) => {
    expect(readTimeRange(text)).toEqual({ fromMs, toMs })
  })

  it.each(['', '..', 's..s', '5', '5..5', '6..5', '1..2..3', '-1..2', 'a..b', '1e3..2e3'])(
    'refuses %s, and says what is expected',
    (text) => {
      expect(readTimeRange(text)).toBeUndefined()
      expect(() => parsePacketFilter(`time:${text}`)).toThrow(FilterError)
    },
  )

  it('is spelled as it is read', () => {
    const range = { fromMs: 12_500, toMs: 14_001 }
    expect(timeTerm(range)).toBe('time:12.5..14.001s')
    expect(timeRangeOf(timeTerm(range))).toEqual(range)
  })

  it('is what all time terms leave; one that is denied says nothing', () => {
    expect(timeRangeOf('qos:1 time:1..9 time:4..12s')).toEqual({ fromMs: 4000, toMs: 9000 })
    expect(timeRangeOf('-time:1..9 qos:1')).toBeNull()
  })

  it('is put into a query in place of another, and taken out', () => {
    const query = withTimeRange('qos:1 time:1..9 dup:true', { fromMs: 0, toMs: 500 })
    expect(query).toBe('qos:1 dup:true time:0..0.5s')
    expect(withTimeRange(query, null)).toBe('qos:1 dup:true')
  })
})
