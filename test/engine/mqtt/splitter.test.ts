import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { MalformedPacketError } from '../../../electron/engine/mqtt/errors'
import { FrameSplitter } from '../../../electron/engine/mqtt/splitter'
import {
  readVarint,
  varint,
  varintBytes,
  varintLength,
  varintValue,
} from '../../../electron/engine/mqtt/varint'

const packet = (bytes: number): Buffer => {
  const body = Buffer.alloc(bytes, bytes & 0xff)
  return Buffer.concat([Buffer.from([0x30]), varint(bytes), body])
}

const hex = (b: Buffer): string => b.toString('hex')

/** Cuts `whole` at the given places and collects what the splitter makes of it. */
function split(whole: Buffer, cuts: number[]): Buffer[] {
  const splitter = new FrameSplitter()
  const frames: Buffer[] = []
  const places = [...new Set(cuts.map((c) => c % (whole.length + 1)))].sort((a, b) => a - b)
  let from = 0
  for (const to of [...places, whole.length]) {
    splitter.push(whole.subarray(from, to), (f) => frames.push(Buffer.from(f)))
    from = to
  }
  expect(splitter.pendingBytes).toBe(0)
  return frames
}

describe('variable byte integers', () => {
  // MQTT 3.1.1 table 2.4
  it.each([0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455])(
    '%i comes back as it went',
    (value) => {
      const bytes = varint(value)
      expect(bytes.length).toBe(varintLength(value))
      const read = readVarint(bytes, 0, bytes.length)
      expect([varintValue(read), varintBytes(read)]).toEqual([value, bytes.length])
      expect(readVarint(bytes, 0, bytes.length - 1)).toBe(0)
    },
  )

  it('has four bytes at most', () => {
    expect(() => readVarint(Buffer.from([0x80, 0x80, 0x80, 0x80, 1]), 0, 5)).toThrow(MalformedPacketError)
  })
})

describe('FrameSplitter', () => {
  test.prop([
    fc.array(fc.integer({ min: 0, max: 6000 }), { maxLength: 8 }),
    fc.array(fc.nat(), { maxLength: 30 }),
  ])('gives the same packets however the stream is cut', (sizes, cuts) => {
    const packets = sizes.map(packet)
    expect(split(Buffer.concat(packets), cuts).map(hex)).toEqual(packets.map(hex))
  })

  test.prop([fc.array(fc.string({ unit: 'binary' }), { maxLength: 6 })])(
    'takes text as the bytes it stands for, or says that it did not',
    (texts) => {
      const body = texts.map((t) => Buffer.from(t))
      const length = body.reduce((sum, b) => sum + b.length, 0)
      const splitter = new FrameSplitter()
      const frames: Buffer[] = []
      const take = (bytes: Buffer): void => {
        splitter.push(bytes, (f) => frames.push(Buffer.from(f)))
      }
      take(Buffer.from([0x30, ...varint(length)]))
      for (const text of texts) if (!splitter.pushText(text)) take(Buffer.from(text))
      expect(frames.map(hex)).toEqual([hex(Buffer.concat([Buffer.from([0x30]), varint(length), ...body]))])
    },
  )

  it('takes text inside a packet as it comes, and leaves the end of one to push', () => {
    const splitter = new FrameSplitter()
    expect(splitter.pushText('t')).toBe(false)
    splitter.push(Buffer.from([0x30, 9, 0, 3]), () => undefined)
    expect([splitter.pushText('a'), splitter.pushText('\u00e4'), splitter.pushText('four')]).toEqual([
      true,
      true,
      false,
    ])
    expect(splitter.pendingBytes).toBe(7)
  })

  it('takes a packet byte by byte', () => {
    const p = packet(300)
    expect(
      split(
        p,
        Array.from({ length: p.length }, (_, i) => i),
      ),
    ).toEqual([p])
  })

  it('refuses a packet over the limit as soon as its length is there', () => {
    const splitter = new FrameSplitter(128)
    expect(() => splitter.push(Buffer.from([0x30, 0xff, 0x7f]), () => undefined)).toThrow(
      'over the limit of 128',
    )
  })

  it('does not give 256 MiB for a length alone', () => {
    const splitter = new FrameSplitter()
    const before = process.memoryUsage().arrayBuffers
    for (let i = 0; i < 4; i++)
      new FrameSplitter().push(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]), () => undefined)
    splitter.push(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]), () => undefined)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20)
  })
})
