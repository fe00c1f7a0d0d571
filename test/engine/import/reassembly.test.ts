import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { Half } from '../../../electron/engine/import/stream/half'
import { puback, publishFrame } from '../observe/capture/wire'
import { connect, FileMaker, read, storyOf } from './files'

const message = (id: number, bytes: number): Buffer =>
  publishFrame({ topic: 'home/temperature', payload: Buffer.alloc(bytes, id), qos: 1, id })

/** What a direction gives: bytes, and gaps as so many question marks. */
function collect(): { half: Half; text: () => string } {
  const parts: string[] = []
  const half = new Half({
    data: (bytes) => parts.push(bytes.toString('latin1')),
    gap: (n) => parts.push('?'.repeat(n)),
  })
  return { half, text: () => parts.join('') }
}

const LETTERS = Buffer.from('abcdefghijklmnopqrstuvwxyz0123456789'.repeat(4))
const FIRST = 0xffff_ffe0

property.prop([
  fc.array(fc.tuple(fc.nat({ max: LETTERS.length - 1 }), fc.integer({ min: 1, max: 30 })), { maxLength: 60 }),
])('segments in any order, repeated and overlapping, give every byte once and in its place', (segments) => {
  const { half, text } = collect()
  half.begin((FIRST - 1) >>> 0)
  const seen = new Set<number>()
  let end = 0
  for (const [at, length] of segments) {
    const bytes = LETTERS.subarray(at, at + length)
    half.segment((FIRST + at) >>> 0, bytes, bytes.length)
    for (let i = at; i < at + bytes.length; i++) seen.add(i)
    end = Math.max(end, at + bytes.length)
  }
  half.flush()
  const expected = Array.from({ length: end }, (_, i) =>
    seen.has(i) ? String.fromCharCode(LETTERS[i] ?? 0) : '?',
  )
  expect(text()).toBe(expected.join(''))
})

describe('bytes that are not in the file', () => {
  const begin = (): FileMaker => new FileMaker().open().send(true, connect)

  test('whole segments: reading goes on with the next that begins a packet', () => {
    const file = begin().send(true, message(1, 10))
    const lost = message(2, 20)
    file.take(true, lost)
    file.send(true, message(3, 30)).acknowledge(false).send(false, puback(3)).send(true, message(4, 5))
    const recording = read(file.pcap())
    expect(storyOf(recording)).toEqual([
      '> CONNECT 20',
      '> PUBLISH #1 32',
      '> PUBLISH #3 52',
      '< PUBACK #3 4',
      '> PUBLISH #4 27',
    ])
    expect(recording.report()).toMatchObject({ missingBytes: lost.length, unreadBytes: 0 })
  })

  test('inside a payload: the packet is told with its size, and the next one is read', () => {
    const long = message(1, 3000)
    const file = begin().send(true, long.subarray(0, 1000))
    file.take(true, long.subarray(1000, 2000))
    file.send(true, Buffer.concat([long.subarray(2000), message(2, 1)])).acknowledge(false)
    const recording = read(file.pcap())
    expect(storyOf(recording)).toEqual(['> CONNECT 20', `> PUBLISH #1 ${long.length}`, '> PUBLISH #2 23'])
    expect(recording.report()).toMatchObject({ missingBytes: 1000, unreadBytes: 0, malformed: 0 })
    expect(recording.capture.detail(2)?.bytes.length).toBe(1000)
  })

  test('over the end of a packet: what cannot be placed is unread, and said so', () => {
    const long = message(1, 100)
    const file = begin().send(true, long.subarray(0, 50))
    file.take(true, Buffer.concat([long.subarray(50), message(2, 40).subarray(0, 10)]))
    file.send(true, message(2, 40).subarray(10)).acknowledge(false).send(true, message(3, 1))
    const recording = read(file.pcap())
    expect(storyOf(recording)).toEqual(['> CONNECT 20', `> PUBLISH #1 ${long.length}`, '> PUBLISH #3 23'])
    expect(recording.report()).toMatchObject({
      missingBytes: long.length - 40,
      unreadBytes: 52,
      malformed: 0,
    })
  })

  test('at the end of a connection: what was acknowledged and is not there', () => {
    const file = begin()
    file.take(true, message(1, 10))
    expect(read(file.acknowledge(false).close(true).pcap()).report().missingBytes).toBe(32)
  })

  test('which come after all, behind their acknowledgement, are named', () => {
    const file = begin()
    const late = file.take(true, message(1, 10))
    file.send(true, message(2, 10)).acknowledge(false)
    file.frames.push(late)
    const report = read(file.pcap()).report()
    expect(report).toMatchObject({ missingBytes: 32, tcp: { lateBytes: 32 } })
    expect(report.notes.join()).toContain('reordercap')
  })
})

test('a new connection between the same ports is another one', () => {
  const file = new FileMaker().open().send(true, connect).close(true).close(false)
  const again = new FileMaker().startAt(900_000_000).open().send(true, connect)
  file.frames.push(...again.frames)
  const report = read(file.pcap()).report()
  expect(report.connections).toMatchObject({ total: 2, mqtt: 2 })
  expect(report.clients).toMatchObject([{ clientId: 'sensor', connections: 2 }])
})

test('another protocol is none of ours, at any port; TLS is named', () => {
  const http = new FileMaker({ client: 50_000, broker: 1884 })
    .open()
    .send(true, Buffer.from('GET / HTTP/1.1\r\n\r\n'))
  expect(read(http.pcap()).report()).toMatchObject({
    connections: { total: 1, mqtt: 0, tls: 0 },
    unreadBytes: 0,
  })
  const tls = new FileMaker({ client: 50_000, broker: 8883 })
    .open()
    .send(true, Buffer.from('160301020001', 'hex'))
  expect(read(tls.pcap()).report().notes[0]).toBe(
    '1 connection with TLS cannot be read: 10.0.0.2:50000 to 10.0.0.1:8883.',
  )
})

describe('MQTT over WebSocket', () => {
  const frame = (payload: Buffer, { fin = true, opcode = 2, mask = false } = {}): Buffer => {
    const key = Buffer.from([1, 2, 3, 4])
    const long = payload.length > 125 ? [126, payload.length >> 8, payload.length & 255] : [payload.length]
    const head = Buffer.from([
      (fin ? 0x80 : 0) | opcode,
      (long[0] as number) | (mask ? 0x80 : 0),
      ...long.slice(1),
    ])
    if (!mask) return Buffer.concat([head, payload])
    return Buffer.concat([head, key, payload.map((b, i) => b ^ (key[i % 4] as number))])
  }
  const upgrade = Buffer.from(
    'GET /mqtt HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n',
  )
  const agreed = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n')

  test('masked and fragmented frames, control frames between, cut anywhere', () => {
    const long = message(2, 500)
    const up = Buffer.concat([
      frame(connect, { mask: true }),
      frame(message(1, 3).subarray(0, 9), { mask: true, fin: false }),
      frame(Buffer.from('hi'), { mask: true, opcode: 9 }),
      frame(message(1, 3).subarray(9), { mask: true, opcode: 0 }),
      frame(long, { mask: true }),
    ])
    for (const size of [1, 13, up.length]) {
      const file = new FileMaker().open().send(true, upgrade).send(false, agreed)
      for (let at = 0; at < up.length; at += size) file.send(true, up.subarray(at, at + size))
      file.send(false, Buffer.concat([frame(puback(1)), frame(puback(2))]))
      const recording = read(file.pcap())
      expect(storyOf(recording)).toEqual([
        '> CONNECT 20',
        '> PUBLISH #1 25',
        `> PUBLISH #2 ${long.length}`,
        '< PUBACK #1 4',
        '< PUBACK #2 4',
      ])
      expect(recording.report()).toMatchObject({
        connections: { mqtt: 1, websocket: 1 },
        exchanges: { complete: 2 },
        unreadBytes: 0,
      })
    }
  })

  test('behind missing bytes the rest is unread', () => {
    const file = new FileMaker().open().send(true, upgrade).send(false, agreed)
    file.send(true, frame(connect, { mask: true }))
    file.take(true, frame(message(1, 3), { mask: true }))
    const rest = frame(message(2, 3), { mask: true })
    file.send(true, rest).acknowledge(false)
    expect(read(file.pcap()).report()).toMatchObject({ missingBytes: 31, unreadBytes: rest.length })
  })
})
