import { fc, test } from '@fast-check/vitest'
import { expect, it } from 'vitest'
import { MAX_ID, PacketIds } from '../../../../electron/engine/simulation/broker/packet-ids'

/** A session that takes and gives back identifiers. */
class Holder {
  readonly held = new Set<number>()
  looks = 0
  readonly packetIds = new PacketIds(this)
  get inFlight(): number {
    return this.held.size
  }
  has(id: number): boolean {
    this.looks++
    return this.held.has(id)
  }
  ids(): Iterable<number> {
    return this.held
  }
  take(): number {
    const id = this.packetIds.free()
    this.packetIds.take(id)
    this.held.add(id)
    return id
  }
  release(id: number): void {
    this.held.delete(id)
    this.packetIds.release(id)
  }
}

/** The first free one from `from` on, found by trying. */
function expected({ held }: Holder, from: number): number {
  let id = from
  while (held.has(id)) id = id === MAX_ID ? 1 : id + 1
  return id
}

test.prop([fc.array(fc.tuple(fc.nat(1), fc.nat(MAX_ID)), { minLength: 50, maxLength: 200 })], {
  numRuns: 30,
})('the next free identifier is taken, with few and with many in use', (steps) => {
  for (const begin of [0, 900, 65_400]) {
    const h = new Holder()
    let next = 1
    const take = (): void => {
      if (h.held.size === MAX_ID) return
      const id = expected(h, next)
      expect(h.take()).toBe(id)
      next = id === MAX_ID ? 1 : id + 1
    }
    while (h.held.size < begin) next = h.take() + 1
    for (const [what, n] of steps) {
      if (what === 0) take()
      else h.release(1 + (n % Math.max(1, Math.min(MAX_ID, begin + 100))))
    }
  }
})

it('with nearly all in use the free one is not looked for one by one', () => {
  const h = new Holder()
  for (let i = 0; i < MAX_ID; i++) h.take()
  h.looks = 0
  for (let i = 0; i < 1000; i++) {
    const id = 1 + ((i * 7919) % MAX_ID)
    h.release(id)
    expect(h.take()).toBe(id)
  }
  expect(h.looks).toBe(0)
})
