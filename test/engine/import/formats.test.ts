import { describe, expect, it, test } from 'vitest'
import { CaptureFileError } from '../../../electron/engine/import/file/frames'
import { frameOf, puback, publishFrame, pubcomp, pubrec, pubrel } from '../observe/capture/wire'
import { connect, FileMaker, pcapFile, read, storyOf } from './files'

const connack = frameOf({ cmd: 'connack', returnCode: 0, sessionPresent: false })
const STORY = ['> CONNECT 20', '< CONNACK 4', '> PUBLISH #7 8', '< PUBACK #7 4']

/** The Ethernet frames of a connection with one message at QoS 1. */
const frames = (): Buffer[] =>
  new FileMaker()
    .open()
    .send(true, connect)
    .send(false, connack)
    .send(true, publishFrame({ topic: 't', payload: 'x', qos: 1, id: 7 }))
    .send(false, puback(7))
    .close(true).frames

const ip = (f: Buffer): Buffer => f.subarray(14)
const behind = (head: readonly number[], f: Buffer): Buffer => Buffer.concat([Buffer.from(head), f])

/** The same TCP segment over IPv6, behind extension headers. */
function ipv6(f: Buffer, extensions: readonly Buffer[] = [], first = 6): Buffer {
  const tcp = f.subarray(34)
  const head = Buffer.alloc(40)
  head[0] = 0x60
  head.writeUInt16BE(tcp.length + Buffer.concat(extensions).length, 4)
  head[6] = first
  f.copy(head, 20, 26, 30)
  f.copy(head, 36, 30, 34)
  return Buffer.concat([head, ...extensions, tcp])
}

const ETHERNET = Array.from({ length: 12 }, () => 2)
const HOP = Buffer.from([60, 0, 1, 4, 0, 0, 0, 0])
const DESTINATION = Buffer.from([6, 0, 1, 4, 0, 0, 0, 0])

describe('the frames of each link type', () => {
  it.each<[string, number, (f: Buffer) => Buffer]>([
    ['Ethernet', 1, (f) => f],
    ['802.1Q', 1, (f) => behind([...ETHERNET, 0x81, 0, 0, 5, 8, 0], ip(f))],
    ['QinQ', 1, (f) => behind([...ETHERNET, 0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0], ip(f))],
    ['Linux cooked', 113, (f) => behind([0, 0, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0, 8, 0], ip(f))],
    ['Linux cooked 2', 276, (f) => behind([8, 0, ...Array.from({ length: 18 }, () => 0)], ip(f))],
    ['BSD loopback, little endian', 0, (f) => behind([2, 0, 0, 0], ip(f))],
    ['OpenBSD loopback', 108, (f) => behind([0, 0, 0, 2], ip(f))],
    ['raw IP', 101, ip],
    ['raw IPv6', 229, (f) => ipv6(f)],
    ['IPv6 over Ethernet', 1, (f) => behind([...ETHERNET, 0x86, 0xdd], ipv6(f))],
    ['IPv6 with extension headers', 101, (f) => ipv6(f, [HOP, DESTINATION], 0)],
    ['a frame with a trailer', 1, (f) => Buffer.concat([f, Buffer.alloc(6, 0xff)])],
  ])('%s', (_, linkType, wrap) => {
    const recording = read(pcapFile(frames().map(wrap), { linkType }))
    expect(storyOf(recording)).toEqual(STORY)
    expect(recording.report()).toMatchObject({
      malformed: 0,
      missingBytes: 0,
      exchanges: { complete: 1, unfinished: 0, repeated: 0 },
      connections: { total: 1, mqtt: 1 },
      notes: [],
    })
  })

  it('says which link types it does not read, and fragments that it does not put together', () => {
    expect(read(pcapFile(frames(), { linkType: 147 })).report().notes).toEqual([
      '7 frames of link type 147 were not read: it is none that this program knows.',
      'No MQTT was found in 0 TCP connections.',
    ])
    const fragments = frames().map((f) => {
      f.writeUInt16BE(0x2000, 20)
      return f
    })
    expect(read(pcapFile(fragments)).report().notes[0]).toBe(
      '7 IP fragments with TCP were left out: fragments are not put together.',
    )
  })
})

describe('files', () => {
  it.each([
    [{ big: false, nanos: false }],
    [{ big: true, nanos: false }],
    [{ big: false, nanos: true }],
    [{ big: true, nanos: true }],
  ])('pcap %j, in chunks of every size', (form) => {
    const file = pcapFile(frames(), form)
    for (const chunk of [1, 7, 64, file.length]) {
      const recording = read(file, chunk)
      expect(storyOf(recording)).toEqual(STORY)
      expect(recording.report()).toMatchObject({ startedMs: 1_700_000_000_000, durationMs: 6 })
    }
  })

  it('answers are timed between the frames that end packet and answer', () => {
    const { answerMs, answers, clients } = read(pcapFile(frames())).report()
    expect(answerMs).toEqual({ count: 2, p50: 1, p95: 1, p99: 1 })
    expect(answers.PUBACK?.count).toBe(1)
    expect(clients).toMatchObject([
      { clientId: 'sensor', address: '10.0.0.2:50123', level: 4, packets: 4, exchanges: { complete: 1 } },
    ])
  })

  it('a frame of which only the beginning was kept gives its packet, and what is missing', () => {
    const long = publishFrame({ topic: 'long', payload: Buffer.alloc(500, 1), qos: 1, id: 9 })
    const file = new FileMaker().open().send(true, connect).send(true, long).send(false, puback(9))
    const recording = read(pcapFile(file.frames, { cutTo: 100 }))
    expect(storyOf(recording)).toEqual(['> CONNECT 20', `> PUBLISH #9 ${long.length}`, '< PUBACK #9 4'])
    expect(recording.report()).toMatchObject({ missingBytes: long.length - (100 - 54), malformed: 0 })
    const { bytes, fullBytes } = recording.capture.detail(2) ?? {}
    expect([bytes?.length, fullBytes]).toEqual([46, long.length])
  })

  it.each<[string, Buffer, string]>([
    ['empty', Buffer.alloc(0), 'the file is empty; expected a pcap or pcapng file'],
    ['of another kind', Buffer.from('hello world'), 'not a pcap or pcapng file (it begins with 68656c6c)'],
    [
      'packed',
      Buffer.from([0x1f, 0x8b, 8, 0, 0]),
      'the file is packed with gzip; unpack it with gunzip first',
    ],
  ])('one that is %s is refused in one line', (_, bytes, line) => {
    expect(() => read(bytes)).toThrow(CaptureFileError)
    expect(() => read(bytes)).toThrow(line)
  })

  it('what stands before a lying length or a torn end is read, and the rest is said', () => {
    const whole = pcapFile(frames())
    const torn = read(whole.subarray(0, whole.length - 3))
    expect(storyOf(torn)).toEqual(STORY)
    expect(torn.report().notes).toEqual(['The file ends inside its last record, which is left out.'])
    const lying = Buffer.from(whole)
    lying.writeUInt32LE(0xfffffff0, lying.length - 54 - 8)
    const read2 = read(lying)
    expect(storyOf(read2)).toEqual(STORY)
    expect(read2.report().notes).toEqual([
      'Read up to record 7 says it is 4294967280 bytes long: the file is damaged there.',
    ])
  })
})

test('a handshake without its end is named, with what is missing', () => {
  const file = new FileMaker()
    .open()
    .send(true, connect)
    .send(false, connack)
    .send(true, publishFrame({ topic: 'home/a', qos: 2, id: 3 }))
    .send(false, pubrec(3))
    .send(true, pubrel(3))
    .close(true)
    .close(false)
  const { exchanges, unfinished } = read(file.pcap()).report()
  expect(exchanges).toEqual({ complete: 0, unfinished: 1, repeated: 0, refused: 0 })
  expect(unfinished).toMatchObject([
    {
      clientId: 'sensor',
      packetId: 3,
      topic: 'home/a',
      qos: 2,
      seen: ['PUBLISH', 'PUBREC', 'PUBREL'],
      missing: 'PUBCOMP',
      verdict: 'abandoned',
    },
  ])
})

test('answers to nothing, DUP without a first copy, and a repeat without DUP are counted', () => {
  const plain = publishFrame({ topic: 't', qos: 1, id: 5 })
  const file = new FileMaker()
    .open()
    .send(true, connect)
    .send(false, connack)
    .send(true, publishFrame({ topic: 't', qos: 1, id: 4, dup: true }))
    .send(false, puback(4))
    .send(true, plain)
    .send(true, plain)
    .send(false, puback(5))
    .send(false, puback(99))
    .send(true, pubcomp(98))
  const { faults, exchanges } = read(file.pcap()).report()
  expect(faults).toEqual({ outOfOrder: 2, dupWithoutCause: 1, repeatedWithoutDup: 1 })
  expect(exchanges).toMatchObject({ complete: 2, repeated: 1 })
})
