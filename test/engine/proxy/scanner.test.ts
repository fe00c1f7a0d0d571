import { test, fc } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { varint } from '../../../electron/engine/mqtt/varint'
import { HeaderScanner } from '../../../electron/engine/proxy/scanner'

const packet = fc.record({ first: fc.nat(255), size: fc.integer({ min: 0, max: 20_000 }) })

describe('the scanner of headers', () => {
  test.prop([
    fc.array(packet, { maxLength: 8 }),
    fc.array(fc.integer({ min: 1, max: 7000 }), { minLength: 1 }),
  ])('sees each packet once, however the bytes are cut', (packets, cuts) => {
    const bytes = Buffer.concat(
      packets.flatMap(({ first, size }) => [Buffer.from([first]), varint(size), Buffer.alloc(size, 0xff)]),
    )
    const seen: number[] = []
    const scanner = new HeaderScanner((first) => void seen.push(first))
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const end = at + (cuts[i % cuts.length] as number)
      scanner.push(bytes.subarray(at, end))
      at = end
    }
    expect(seen).toEqual(packets.map((p) => p.first))
  })

  test('falls silent for good where the length has a fifth byte', () => {
    const seen: number[] = []
    const scanner = new HeaderScanner((first) => void seen.push(first))
    scanner.push(Buffer.from([0xc0, 0, 0x30, 0x80, 0x80, 0x80, 0x80, 1, 0xc0, 0]))
    scanner.push(Buffer.from([0xc0, 0]))
    expect(seen).toEqual([0xc0])
  })
})
