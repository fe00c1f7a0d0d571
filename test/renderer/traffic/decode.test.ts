import { deflateSync, gzipSync } from 'node:zlib'
import { pack } from 'msgpackr'
import { expect, test } from 'vitest'
import {
  DecodeError,
  inflate,
  MAX_INFLATED,
  messagePack,
  pictureOf,
  signatureOf,
} from '../../../renderer/features/traffic/decode'

const text = (s: string): Uint8Array => new TextEncoder().encode(s)

test('formats are told by their first bytes, and text is none of them', () => {
  expect(signatureOf(gzipSync('x'))).toBe('gzip')
  expect(signatureOf(deflateSync('x'))).toBe('zlib')
  expect(signatureOf(Uint8Array.from([0xff, 0xd8, 0xff, 0xe0]))).toBe('image')
  for (const s of ['', '{"a":1}', 'x\u0001', '24.5']) expect(signatureOf(text(s))).toBeNull()
})

test.each(['gzip', 'zlib'] as const)('%s is undone, bounded, and damage is said', async (format) => {
  const pack = format === 'gzip' ? gzipSync : deflateSync
  const packed = pack('{"v":24.5}')
  expect(await inflate(packed, format)).toEqual({ kind: 'bytes', bytes: text('{"v":24.5}'), cut: false })
  const bomb = await inflate(pack(Buffer.alloc(20 * MAX_INFLATED)), format)
  expect(bomb).toMatchObject({ kind: 'bytes', cut: true })
  expect(bomb.kind === 'bytes' && bomb.bytes.length).toBe(MAX_INFLATED)
  await expect(inflate(packed.subarray(0, packed.length - 6), format)).rejects.toEqual(
    new DecodeError('broken'),
  )
})

test('MessagePack is laid out with every value as it is', () => {
  const value = new Map<unknown, unknown>([
    ['id', 1688888483063664642n],
    [2, [true, null, 1.5, 'a"b']],
    ['raw', Uint8Array.from([0, 255])],
    ['none', []],
  ])
  expect(messagePack(pack(value))).toEqual({
    kind: 'text',
    text: `{
  "id": 1688888483063664642,
  2: [
    true,
    null,
    1.5,
    "a\\"b"
  ],
  "raw": h'00ff',
  "none": []
}`,
  })
  // More than one value, as any text is; and a value that ends too early.
  for (const bytes of [text('{"a":1}'), Uint8Array.from([0x92, 1])])
    expect(() => messagePack(bytes)).toThrow(new DecodeError('broken'))
  let deep: unknown = 1
  for (let i = 0; i < 100; i++) deep = [deep]
  expect(() => messagePack(pack(deep))).toThrow(new DecodeError('deep'))
})

test('a picture says its type and size before anything draws it, and a huge one is refused', () => {
  const png = (width: number, height: number): Uint8Array => {
    const b = Buffer.alloc(33)
    b.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    b.writeUInt32BE(width, 16)
    b.writeUInt32BE(height, 20)
    return b
  }
  expect(pictureOf(png(640, 480))).toEqual({ kind: 'image', type: 'image/png', width: 640, height: 480 })
  expect(() => pictureOf(png(60_000, 60_000))).toThrow(new DecodeError('huge'))
  const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 17, 8, 1, 0, 2, 0])
  expect(pictureOf(jpeg)).toMatchObject({ type: 'image/jpeg', width: 512, height: 256 })
  expect(() => pictureOf(jpeg.subarray(0, 9))).toThrow(new DecodeError('broken'))
})
