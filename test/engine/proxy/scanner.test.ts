import { test, fc } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { varint } from '../../../electron/engine/mqtt/varint'
import { HeaderScanner } from '../../../electron/engine/proxy/scanner'

const packet = fc.record({ first: fc.nat(255), size: fc.integer({ min: 0, max: 20_000 }) })

/** PUBLISH at QoS 0, 1 and 2, the four answers, and a packet of no handshake. */
const handshake = fc.record({
  first: fc.constantFrom(0x30, 0x32, 0x3d, 0x40, 0x50, 0x62, 0x70, 0xd0),
  id: fc.integer({ min: 1, max: 65_535 }),
  topic: fc.nat(20),
  payload: fc.nat(300),
})

function frameOf(first: number, id: number, topic: number, payload: number): Buffer {
  const identifier = Buffer.from([id >> 8, id & 0xff])
  const name = Buffer.concat([Buffer.from([0, topic]), Buffer.alloc(topic, 0x61)])
  const parts =
    first >> 4 !== 3
      ? [first === 0xd0 ? Buffer.alloc(0) : identifier]
      : [name, first === 0x30 ? Buffer.alloc(0) : identifier, Buffer.alloc(payload, 0x40)]
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([first]), varint(body.length), body])
}

describe('the scanner of headers', () => {
  test.prop([
    fc.array(packet, { maxLength: 8 }),
    fc.array(fc.integer({ min: 1, max: 7000 }), { minLength: 1 }),
  ])('sees each packet once, however the bytes are cut', (packets, cuts) => {
    const bytes = Buffer.concat(
      packets.flatMap(({ first, size }) => [Buffer.from([first]), varint(size), Buffer.alloc(size, 0xff)]),
    )
    const seen: number[] = []
    const scanner = new HeaderScanner({
      packet: (first) => void seen.push(first),
      handshake: () => undefined,
    })
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const end = at + (cuts[i % cuts.length] as number)
      scanner.push(bytes.subarray(at, end))
      at = end
    }
    expect(seen).toEqual(packets.map((p) => p.first))
  })

  test.prop([
    fc.array(handshake, { maxLength: 8 }),
    fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
  ])('tells the identifier of each packet of a handshake once it is over', (packets, cuts) => {
    const seen: [number, number][] = []
    let [ended, told] = [0, 0]
    const scanner = new HeaderScanner({
      packet: () => undefined,
      handshake: (first, id) => void seen.push([first, id]),
    })
    const frames = packets.map(({ first, id, topic, payload }) => frameOf(first, id, topic, payload))
    const bytes = Buffer.concat(frames)
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const end = Math.min(bytes.length, at + (cuts[i % cuts.length] as number))
      scanner.push(bytes.subarray(at, end))
      at = end
      while (ended < frames.length && told + (frames[ended]?.length ?? 0) <= at)
        told += frames[ended++]?.length ?? 0
      const due = packets.slice(0, ended).filter(({ first }) => first !== 0x30 && first !== 0xd0)
      expect(seen).toEqual(due.map(({ first, id }) => [first, id]))
    }
  })

  test('tells of no identifier that does not fit into its packet', () => {
    const seen: number[] = []
    const scanner = new HeaderScanner({ packet: () => undefined, handshake: (_, id) => void seen.push(id) })
    // A topic name of 5 bytes in a packet of 5, an acknowledgement of one byte, and one that is whole.
    scanner.push(Buffer.from([0x32, 5, 0, 5, 0x61, 0x62, 0x63, 0x40, 1, 9, 0x40, 2, 0, 7]))
    expect(seen).toEqual([7])
  })

  test('falls silent for good where the length has a fifth byte', () => {
    const seen: number[] = []
    const scanner = new HeaderScanner({
      packet: (first) => void seen.push(first),
      handshake: () => undefined,
    })
    scanner.push(Buffer.from([0xc0, 0, 0x30, 0x80, 0x80, 0x80, 0x80, 1, 0xc0, 0]))
    scanner.push(Buffer.from([0xc0, 0]))
    expect(seen).toEqual([0xc0])
  })
})
