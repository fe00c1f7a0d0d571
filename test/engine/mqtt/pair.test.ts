import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { createPair } from '../../../electron/engine/mqtt/pair'

describe('createPair', () => {
  it('keeps order over many small writes in both directions', async () => {
    const [a, b] = createPair()
    const gotA: Buffer[] = []
    const gotB: Buffer[] = []
    a.on('data', (c: Buffer) => gotA.push(c))
    b.on('data', (c: Buffer) => gotB.push(c))
    for (let i = 0; i < 500; i++) {
      a.write(Buffer.from([i & 0xff]))
      b.write(Buffer.from([(i * 7) & 0xff]))
    }
    a.end()
    await Promise.all([finished(a), finished(b)])
    expect([...Buffer.concat(gotB)]).toEqual(Array.from({ length: 500 }, (_, i) => i & 0xff))
    expect([...Buffer.concat(gotA)]).toEqual(Array.from({ length: 500 }, (_, i) => (i * 7) & 0xff))
  })

  it('never delivers within the call that wrote', async () => {
    const [a, b] = createPair()
    let seen = false
    b.on('data', () => (seen = true))
    a.write('x')
    expect(seen).toBe(false)
    await once(b, 'data')
    expect(seen).toBe(true)
  })

  it('answers to answers do not nest: 50,000 round trips keep the stack flat', async () => {
    const [a, b] = createPair()
    let left = 50_000
    b.on('data', (c: Buffer) => b.write(c))
    const done = new Promise<void>((resolve) => {
      a.on('data', (c: Buffer) => {
        if (--left === 0) resolve()
        else a.write(c)
      })
    })
    a.write('p')
    await done
    expect(left).toBe(0)
  })

  it('a last write before destroy still arrives, then the end', async () => {
    const [a, b] = createPair()
    const got: Buffer[] = []
    b.on('data', (c: Buffer) => got.push(c))
    a.write('last words')
    a.destroy()
    await once(b, 'close')
    expect(Buffer.concat(got).toString()).toBe('last words')
    expect(b.readableEnded).toBe(true)
  })

  it('a writer waits while the reader does not read, and goes on when it does', async () => {
    const [a, b] = createPair()
    const chunk = Buffer.alloc(16 * 1024, 1)
    let written = 0
    for (let round = 0; round < 10; round++) {
      while (!a.writableNeedDrain) {
        a.write(chunk)
        written++
      }
      await new Promise((r) => setImmediate(r))
    }
    expect(a.writableNeedDrain).toBe(true)
    expect(written * chunk.length).toBeLessThan(512 * 1024)
    let read = 0
    b.on('data', (c: Buffer) => (read += c.length))
    await once(a, 'drain')
    a.end()
    await finished(b)
    expect(read).toBe(written * chunk.length)
  })

  it('writing to a partner that is gone neither fails nor hangs', async () => {
    const [a, b] = createPair()
    b.destroy()
    const done = new Promise((resolve) => a.write('into the void', resolve))
    await expect(done).resolves.toBeFalsy()
    a.destroy()
    expect(a.destroyed).toBe(true)
  })

  it('destroying one side closes a side that reads', async () => {
    const [a, b] = createPair()
    b.resume()
    a.destroy()
    await once(b, 'close')
    expect(b.destroyed).toBe(true)
  })
})
