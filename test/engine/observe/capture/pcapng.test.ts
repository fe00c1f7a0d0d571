import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atOnce } from '../../../../electron/engine/base/slices'
import { Bench, dup, frameOf, puback, pubcomp, publishFrame, pubrec, pubrel } from './wire'

const tshark = spawnSync('tshark', ['--version']).status === 0
if (!tshark) console.log('tshark is not installed: the capture files are checked for their structure only')

interface Block {
  type: number
  body: Buffer
}

/** Splits a pcapng file into its blocks, checking both lengths of each. */
function blocks(bytes: Uint8Array): Block[] {
  const file = Buffer.from(bytes)
  const out: Block[] = []
  for (let at = 0; at < file.length;) {
    const length = file.readUInt32LE(at + 4)
    expect(length % 4).toBe(0)
    expect(file.readUInt32LE(at + length - 4)).toBe(length)
    out.push({ type: file.readUInt32LE(at), body: file.subarray(at + 8, at + length - 4) })
    at += length
  }
  return out
}

const frames = (bytes: Uint8Array): Buffer[] =>
  blocks(bytes)
    .filter((b) => b.type === 6)
    .map((b) => b.body.subarray(20, 20 + b.body.readUInt32LE(12)))

/** One's complement sum that a right checksum makes 0xffff. */
function checksum(b: Buffer, start = 0): number {
  let sum = start
  for (let i = 0; i < b.length; i += 2) sum += ((b[i] as number) << 8) | (b[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return sum
}

/** Traffic of three clients at three protocol levels with losses, a retry, a reconnect and a long payload. */
function traffic(): Bench {
  const b = new Bench(5000, 4 << 20)
  b.clock.ms = 0.25
  b.connect('sensor-1')
  b.connect('온도 5', true, false, 5)
  const one = publishFrame({ topic: 'home/a', qos: 1, id: 7, payload: '{"t":1}' })
  b.pass('sensor-1', 'uplink', one)
  b.drop('sensor-1', 'downlink', puback(7))
  b.drop('sensor-1', 'uplink', dup(one), { attempt: 2 })
  b.pass('sensor-1', 'uplink', dup(one), { attempt: 3 })
  b.pass('sensor-1', 'downlink', puback(7))
  const two = frameOf(
    {
      cmd: 'publish',
      topic: 'home/b',
      payload: 'x',
      qos: 2,
      messageId: 3,
      dup: false,
      retain: false,
      properties: { contentType: 'text' },
    },
    5,
  )
  const five = { level: 5 }
  b.pass('온도 5', 'downlink', two, five)
  b.pass('온도 5', 'uplink', pubrec(3), five)
  b.drop('온도 5', 'downlink', pubrel(3), five)
  b.pass('온도 5', 'downlink', pubrel(3), { ...five, attempt: 2 })
  b.pass('온도 5', 'uplink', pubcomp(3), five)
  b.pass('sensor-1', 'uplink', publishFrame({ topic: 'big', payload: Buffer.alloc(100_000, 'y') }))
  b.drop('sensor-1', 'uplink', publishFrame({ topic: 'big', payload: Buffer.alloc(5000, 'z') }))
  b.connect('sensor-1', false, true)
  b.pass(
    'sensor-1',
    'uplink',
    frameOf({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'home/#', qos: 1 }] }),
  )
  b.pass('sensor-1', 'downlink', frameOf({ cmd: 'suback', messageId: 1, granted: [1] }))
  b.pass('sensor-1', 'uplink', frameOf({ cmd: 'pingreq' }))
  b.pass('sensor-1', 'downlink', frameOf({ cmd: 'pingresp' }))
  return b
}

describe('pcapng', () => {
  it('is made of whole blocks and right checksums, without a gap in either direction of a connection', () => {
    const { bytes, packets } = traffic().capture.pcapng('')
    expect(packets).toBe(22)
    expect(
      blocks(bytes)
        .slice(0, 3)
        .map((b) => b.type),
    ).toEqual([0x0a0d0d0a, 1, 4])
    const next = new Map<string, number>()
    for (const f of frames(bytes)) {
      const ip = f.subarray(14, 34)
      expect(checksum(ip)).toBe(0xffff)
      const tcp = f.subarray(34)
      expect(checksum(tcp, checksum(ip.subarray(12)) + 6 + tcp.length)).toBe(0xffff)
      const key = `${ip.readUInt32BE(12)}:${tcp.readUInt16BE(0)}>${ip.readUInt32BE(16)}:${tcp.readUInt16BE(2)}`
      const seq = tcp.readUInt32BE(4)
      expect(seq).toBe(next.get(key) ?? seq)
      const syn = (tcp[13]! & 2) >> 1
      next.set(key, seq + tcp.length - 20 + syn)
    }
    // two connections of sensor-1 and one of the other client, both directions each
    expect(next.size).toBe(6)
  })

  it('keeps times to the nanosecond', () => {
    const { bytes } = traffic().capture.pcapng('')
    const first = blocks(bytes).find((b) => b.type === 6)!.body
    const ns = (BigInt(first.readUInt32LE(4)) << 32n) | BigInt(first.readUInt32LE(8))
    expect(ns).toBe(1_700_000_000_000_250_000n)
  })

  it('holds what the filter asks for', () => {
    expect(traffic().capture.pcapng('type:PUBLISH client:sensor-1').packets).toBe(5)
  })
})

describe.skipIf(!tshark)('pcapng read by tshark', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pcapng-'))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  const read = (bytes: Uint8Array, ...more: string[]): string[] => {
    const file = join(folder, 'capture.pcapng')
    writeFileSync(file, bytes)
    const text = execFileSync('tshark', ['-r', file, ...more], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return text.split('\n').filter((l) => l !== '')
  }
  const types = (bytes: Uint8Array, filter = 'mqtt'): string[] =>
    read(bytes, '-Y', filter, '-T', 'fields', '-e', 'mqtt.msgtype').flatMap((l) => l.split(','))

  it('shows every packet and none malformed', () => {
    const b = traffic()
    const { bytes, packets } = b.capture.pcapng('')
    expect(types(bytes)).toHaveLength(packets)
    expect(read(bytes, '-Y', '_ws.malformed')).toEqual([])
    expect(read(bytes, '-Y', 'tcp.analysis.flags')).toEqual([])
    expect(types(bytes, 'mqtt && frame.comment contains "not delivered"').sort()).toEqual([
      '3',
      '3',
      '4',
      '6',
    ])
    expect(
      read(
        bytes,
        '-o',
        'tcp.check_checksum:TRUE',
        '-o',
        'ip.check_checksum:TRUE',
        '-Y',
        'tcp.checksum.status==0',
      ),
    ).toEqual([])
    expect(types(bytes, 'mqtt.topic == "home/b" && mqtt.property.content_type == "text"')).toEqual(['3'])
  })

  it('reads a part of an MQTT 5 connection as MQTT 5', () => {
    const { bytes } = traffic().capture.pcapng('type:PUBLISH')
    expect(types(bytes, 'mqtt.property.content_type == "text"')).toEqual(['3'])
    expect(read(bytes, '-Y', '_ws.malformed')).toEqual([])
  })

  it('shows a packet of which only the beginning was kept', () => {
    const b = new Bench(100, 40_000)
    b.connect('s')
    b.pass('s', 'uplink', publishFrame({ topic: 'long', payload: Buffer.alloc(60_000, 'y') }))
    b.pass('s', 'uplink', publishFrame({ topic: 'short', payload: 'z' }))
    const { bytes } = b.capture.pcapng('')
    expect(types(bytes)).toEqual(['1', '2', '3', '3'])
    expect(read(bytes, '-Y', 'mqtt && frame.comment contains "not captured"')).toHaveLength(1)
  })

  it('leaves out what it may not fill with zeros, and says so', () => {
    const b = new Bench(1000, 60_000)
    b.connect('s')
    const long = publishFrame({ topic: 'long', payload: Buffer.alloc(50_000, 'y') })
    for (let i = 0; i < 5; i++) b.pass('s', 'uplink', long)
    b.pass('s', 'uplink', publishFrame({ topic: 'short', payload: 'z' }))
    b.pass('s', 'uplink', long)
    const { bytes, packets } = atOnce(b.capture.export('', { padding: 100_000 }).next())
    expect(packets).toBeLessThan(9)
    expect(types(bytes)).toHaveLength(packets)
    expect(read(bytes, '-Y', '_ws.malformed')).toEqual([])
    expect(read(bytes, '-Y', 'mqtt.topic == "short" && frame.comment contains "are left out"')).toHaveLength(
      1,
    )
    expect(Buffer.from(bytes).toString('latin1')).toContain('packets before the end are left out')
  })
})
