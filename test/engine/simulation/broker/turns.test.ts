import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Steps } from '../../../../electron/engine/base/slices'
import { FrameSplitter, MAX_PACKET_BYTES } from '../../../../electron/engine/mqtt/splitter'
import { SocketPort } from '../../../../electron/engine/simulation/broker/socket-port'
import { Share } from '../../../../electron/engine/simulation/broker/turns'
import { ManualClock, quietTurns, settle } from './raw-client'

/** A socket whose bytes the test hands over, and which notes whether anybody reads on. */
class Socket extends Duplex {
  override _read(): void {}
  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    done()
  }
}

const PINGREQ = Buffer.from([0xc0, 0])
const pings = (n: number): Buffer => Buffer.concat(Array.from({ length: n }, () => PINGREQ))

interface Rig {
  port: SocketPort
  socket: Socket
  got: number
}

/** Ports that share their turns, on a clock that stands: what a turn holds is counted in packets. */
function rig(names: string[], clock = new ManualClock()): { ports: Map<string, Rig>; order: string[] } {
  const turns = quietTurns(() => clock.now())
  const order: string[] = []
  const ports = new Map<string, Rig>()
  for (const name of names) {
    const socket = new Socket()
    const port = new SocketPort(socket, MAX_PACKET_BYTES, clock, turns)
    const r: Rig = { port, socket, got: 0 }
    const nothing = (): void => undefined
    port.receiver = {
      packet: () => {
        r.got++
        order.push(name)
      },
      ended: () => order.push(`${name} ended`),
      drained: nothing,
      failed: nothing,
    }
    ports.set(name, r)
  }
  return { ports, order }
}

describe('long work by turns', () => {
  it('gives each a turn before anyone gets the next one', async () => {
    const turns = quietTurns(() => 0)
    const order: string[] = []
    for (const name of ['a', 'b', 'c']) {
      let left = 3
      turns.add(() => {
        order.push(name)
        return --left > 0
      })
    }
    expect(order).toEqual([])
    await settle()
    expect(order.join('')).toBe('abcabcabc')
    expect(turns.size).toBe(0)
  })

  it('leaves off in the middle of a round when the time is up, and begins there the next time', async () => {
    let nowMs = 0
    const turns = quietTurns(() => nowMs)
    const order: string[] = []
    for (const name of ['a', 'b', 'c']) {
      let left = 2
      turns.add(() => {
        order.push(name)
        nowMs += 0.75
        return --left > 0
      })
    }
    await settle(1)
    expect(order.join('')).toBe('ab')
    await settle(4)
    expect(order.join('')).toBe('abcabc')
  })
})

describe('what ends with many connections at once', () => {
  it('is begun for as long as one turn, and the rest is left to turns', async () => {
    let nowMs = 0
    const turns = quietTurns(() => nowMs)
    const left = Array.from({ length: 50 }, () => 8)
    const end = function* (n: number): Steps<void> {
      while ((left[n] as number) > 0) {
        nowMs += 0.25
        left[n] = (left[n] as number) - 1
        yield 1
      }
    }
    for (const n of left.keys()) {
      const steps = end(n)
      if (turns.start(steps)) turns.add(() => turns.some(steps))
    }
    expect(nowMs).toBe(1)
    await settle(1)
    expect(nowMs).toBe(2)
    await settle(100)
    expect(left.every((l) => l === 0)).toBe(true)
    expect(turns.size).toBe(0)
  })
})

describe('the next read of a socket', () => {
  it('is part of the turn that asks for it', async () => {
    const turns = quietTurns(() => 0)
    const order: string[] = []
    for (const name of ['a', 'b', 'c']) {
      turns.add(() => {
        order.push(name)
        turns.charge(0.6)
        return false
      })
    }
    await settle(1)
    expect(order.join('')).toBe('ab')
    await settle(1)
    expect(order.join('')).toBe('abc')
  })

  it('waits for others’ turns when the connection has ended and the rest is only read to be dropped', async () => {
    const { ports, order } = rig(['ended', 'other'])
    const [ended, other] = [ports.get('ended') as Rig, ports.get('other') as Rig]
    ended.port.close()
    other.socket.push(pings(1))
    for (let i = 0; i < 100; i++) ended.socket.push(Buffer.alloc(65_536))
    await settle(1)
    expect(ended.socket.readableLength).toBeGreaterThan(80 * 65_536)
    await settle(200)
    expect([ended.socket.readableLength, ended.got, other.got]).toEqual([0, 0, 1])
    expect(order).toEqual(['other'])
  })

  it('goes on when the broker ends, so that the client reads its last packet and not a reset', async () => {
    const clock = new ManualClock()
    const turns = quietTurns(() => clock.now())
    const socket = new Socket()
    const port = new SocketPort(socket, MAX_PACKET_BYTES, clock, turns)
    port.close()
    turns.stop()
    for (let i = 0; i < 10; i++) socket.push(Buffer.alloc(65_536))
    socket.push(null)
    await settle(50)
    expect([socket.readableEnded, socket.destroyed]).toEqual([true, true])
  })
})

describe('clients that take little of the time', () => {
  it('come before all others, who still have a turn each time', async () => {
    let nowMs = 0
    const turns = quietTurns(() => nowMs)
    const order: string[] = []
    const heavy = new Share()
    heavy.took(20, nowMs)
    const work = (name: string, share: Share, times: number): void => {
      let left = times
      turns.add(() => {
        order.push(name)
        nowMs += 0.5
        return --left > 0
      }, share)
    }
    work('h', heavy, 3)
    for (let i = 0; i < 4; i++) work('l', new Share(), 1)
    await settle(1)
    expect(order.join('')).toBe('llh')
    await settle(8)
    expect(order.join('')).toBe('llhllhh')
  })

  it('take turns with all others once a turn was not enough', async () => {
    let nowMs = 0
    const turns = quietTurns(() => nowMs)
    const order: string[] = []
    for (const [name, times] of [
      ['x', 3],
      ['l', 1],
    ] as const) {
      let left = times
      turns.add(() => {
        order.push(name)
        nowMs += 2
        return --left > 0
      }, new Share())
    }
    await settle(8)
    expect(order.join('')).toBe('xxlx')
  })

  it('are handled as they are read, up to 4 ms between two looks at the sockets', async () => {
    const turns = quietTurns(() => 0)
    const [light, heavy] = [new Share(), new Share()]
    heavy.took(20, 0)
    expect([turns.mayServe(light), turns.mayServe(heavy)]).toEqual([true, true])
    turns.served(2)
    expect([turns.mayServe(light), turns.mayServe(heavy)]).toEqual([true, false])
    turns.served(2)
    expect(turns.mayServe(light)).toBe(false)
    await settle(1)
    expect([turns.mayServe(light), turns.mayServe(heavy)]).toEqual([true, true])
    turns.add(() => false)
    expect([turns.mayServe(light), turns.mayServe(heavy)]).toEqual([true, false])
  })

  it('are those again that took much, once they have taken little for a while', () => {
    const share = new Share()
    for (let i = 0; i < 15; i++) share.took(2, 0)
    expect([share.isLight(0), share.isLight(5700), share.isLight(5900)]).toEqual([false, false, true])
  })

  it('are soon those again whose turn was held up by the collector', () => {
    const share = new Share()
    share.took(40, 0)
    expect([share.isLight(100), share.isLight(300)]).toEqual([false, true])
  })
})

describe('a socket', () => {
  it('whose client sends thousands of packets is read no further until they are handled', async () => {
    const { ports } = rig(['flood'])
    const { port, socket, got } = ports.get('flood') as Rig
    socket.push(pings(5000))
    expect(got).toBe(0)
    await new Promise((r) => setImmediate(r))
    expect(port.gone).toBe(false)
    await settle()
    expect((ports.get('flood') as Rig).got).toBe(5000)
    expect(socket.isPaused()).toBe(false)
  })

  it('with one packet comes before the rest of a flood', async () => {
    const { ports, order } = rig(['flood', 'one'])
    const flood = ports.get('flood') as Rig
    const one = ports.get('one') as Rig
    await settle(1)
    flood.socket.push(pings(5000))
    one.socket.push(PINGREQ)
    await settle()
    expect(order.indexOf('one')).toBe(64)
    expect(order).toHaveLength(5001)
  })

  it('that is held in the middle of what it sent goes on there, and packets over two chunks stay whole', async () => {
    const { ports } = rig(['held'])
    const held = ports.get('held') as Rig
    const take = held.port.receiver?.packet.bind(held.port.receiver)
    const receiver = held.port.receiver
    if (receiver === null || take === undefined) throw new Error('no receiver')
    receiver.packet = (p) => {
      take(p)
      if (held.got === 10) held.port.pause()
    }
    held.socket.push(Buffer.concat([pings(20), PINGREQ.subarray(0, 1)]))
    await settle()
    expect(held.got).toBe(10)
    held.socket.push(Buffer.concat([PINGREQ.subarray(1), pings(4)]))
    await settle()
    expect(held.got).toBe(10)
    held.port.resume()
    await settle()
    expect(held.got).toBe(25)
  })

  it('that takes long messages gets the next ones in its turn, not all such clients at once', async () => {
    const clock = new ManualClock()
    const { ports, order } = rig(['a', 'b'], clock)
    for (const [name, { port }] of ports) {
      if (port.receiver === null) throw new Error('no receiver')
      port.receiver.drained = () => {
        order.push(name)
        clock.advance(30)
      }
      port.send(PINGREQ)
    }
    await settle(1)
    expect(order.join('')).toBe('a')
    await settle(1)
    expect(order.join('')).toBe('ab')
  })

  it('whose client is gone forgets what it had sent', async () => {
    const { ports } = rig(['gone'])
    const gone = ports.get('gone') as Rig
    gone.socket.push(pings(5000))
    await new Promise((r) => process.nextTick(r))
    gone.port.close()
    await settle()
    expect(gone.got).toBeLessThan(5000)
  })
})

describe('the splitter', () => {
  it('leaves off where it is told and says how many bytes it took', () => {
    const splitter = new FrameSplitter()
    let frames = 0
    const taken = splitter.push(
      pings(10),
      () => frames++,
      () => frames < 3,
    )
    expect([taken, frames]).toEqual([6, 3])
  })

  it('of a client that has gone comes to its end after what it sent', async () => {
    const { ports, order } = rig(['a'])
    const { socket } = ports.get('a') as Rig
    // More than a turn holds: the stream tells its end while the rest waits.
    socket.push(pings(100))
    socket.push(null)
    await settle()
    expect(order).toHaveLength(101)
    expect(order.at(-1)).toBe('a ended')
  })

  it('of a client whose connection broke too, also while CONNECT is decided', async () => {
    const { ports, order } = rig(['a'])
    const { port, socket } = ports.get('a') as Rig
    port.receiver = {
      packet: () => {
        if (order.push('a') === 1) port.pause()
      },
      ended: () => order.push('a ended'),
      drained: () => undefined,
      failed: () => order.push('a failed'),
    }
    socket.push(pings(3))
    await settle()
    socket.destroy(new Error('ECONNRESET'))
    await settle()
    expect(order).toEqual(['a'])
    port.resume()
    await settle()
    expect(order).toEqual(['a', 'a', 'a', 'a failed'])
  })
})
