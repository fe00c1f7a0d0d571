import { expect, it } from 'vitest'
import { loadSchema } from '../../../electron/contract/load-config'
import { addressNumber } from '../../../electron/engine/load/run/fleet'
import { lacking } from '../../../electron/engine/load/run/lacking'
import { checkLimits } from '../../../electron/engine/load/run/limits'
import { indicesOf } from '../../../electron/engine/load/run/slice'

/** Clients at each address, of each part alone and of all. */
function spread(clients: number, parts: number, addresses: number): { each: number[][]; all: number[] } {
  const each = Array.from({ length: parts }, (_, index) => {
    const counts = Array.from({ length: addresses }, () => 0)
    for (const i of indicesOf(clients, { index, count: parts })) {
      const at = addressNumber('publishers', i, { index, count: parts }) % addresses
      counts[at] = (counts[at] ?? 0) + 1
    }
    return counts
  })
  const all = Array.from({ length: addresses }, (_, a) => each.reduce((n, counts) => n + (counts[a] ?? 0), 0))
  return { each, all }
}

it.each([
  [100_002, 6, 6],
  [1200, 4, 2],
  [1200, 1, 3],
  [1200, 3, 4],
])('%d clients in %d parts use all of %d addresses alike, in each part and in all', (n, parts, addresses) => {
  const { each, all } = spread(n, parts, addresses)
  expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(parts)
  for (const counts of each) expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
})

it('the ends of a pair meet at different addresses', () => {
  const part = { index: 1, count: 2 }
  for (const i of indicesOf(10, part)) {
    expect(addressNumber('subscribers', i, part)).toBe(addressNumber('publishers', i, part) + 1)
  }
})

it('an address that is named twice has its local ports once', () => {
  const limits = { openFiles: null, ports: { from: 1, to: 100 } }
  const check = (clients: number, url: string) => () =>
    checkLimits(clients, loadSchema.parse({ url }), limits)
  expect(check(200, 'mqtt://a,mqtt://b')).not.toThrow()
  expect(check(201, 'mqtt://a,mqtt://b')).toThrow(/to 2 of the broker are 200;/)
  expect(check(101, 'mqtt://a,mqtt://a')).toThrow(/on 1 address are 100;/)
  expect(check(151, 'mqtt://a,mqtt://a,mqtt://b')).toThrow(/to 2 of the broker are 150;/)
})

it('a broker without wildcards lacks something where a filter has one', () => {
  const ack = { retains: true, sharedSubscriptions: true, wildcards: false }
  const config = loadSchema.parse({ publishers: 1, subscribers: 1 })
  expect(lacking(config, ack, ['a/b'])).toBeNull()
  expect(lacking(config, ack, ['a/b', 'a/b/#'])).toMatch(/no wildcard subscriptions.*: a\/b\/#$/)
  expect(lacking(config, { ...ack, wildcards: true }, ['a/b/#'])).toBeNull()
})
