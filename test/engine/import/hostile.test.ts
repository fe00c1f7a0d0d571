import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { importCapture } from '../../../electron/engine/import/capture-import'
import { CaptureFileError } from '../../../electron/engine/import/file/frames'
import { Bench, dup, puback, publishFrame } from '../observe/capture/wire'
import { FileMaker, pcapFile } from './files'

const silent = { entered: () => undefined, settled: () => undefined, event: () => undefined }

function files(): Buffer[] {
  const b = new Bench()
  b.connect('sensor', true, false, 5)
  const one = publishFrame({ topic: 'home/a', qos: 1, id: 7, payload: Buffer.alloc(3000, 7) }, 5)
  b.drop('sensor', 'uplink', one, { level: 5 })
  b.pass('sensor', 'uplink', dup(one), { level: 5, attempt: 2 })
  b.pass('sensor', 'downlink', puback(7), { level: 5 })
  const classic = new FileMaker().open().send(true, one).send(false, puback(7)).close(true)
  return [
    Buffer.from(b.capture.pcapng('').bytes),
    pcapFile(classic.frames),
    pcapFile(classic.frames, { linkType: 113 }),
  ]
}

/** Reads it, or says in one line why not. */
function tryToRead(bytes: Buffer): string | null {
  try {
    return importCapture(bytes, silent).damage
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(CaptureFileError)
    return (thrown as Error).message
  }
}

describe('files that lie', () => {
  it('cut at every byte', () => {
    for (const file of files())
      for (let end = 0; end < file.length; end += end < 400 ? 1 : 37)
        expect(tryToRead(file.subarray(0, end))?.includes('\n') ?? false).toBe(false)
  })

  property.prop([
    fc.nat({ max: 2 }),
    fc.array(fc.tuple(fc.nat({ max: 7000 }), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x10, 0x45)), {
      minLength: 1,
      maxLength: 8,
    }),
  ])('bytes changed anywhere', (which, changes) => {
    const file = files()[which] as Buffer
    for (const [at, value] of changes) file[at % file.length] = value
    expect(tryToRead(file)?.includes('\n') ?? false).toBe(false)
  })

  it.each<[string, (file: Buffer) => number, string]>([
    ['a block of 4 GB', (f) => f.writeUInt32LE(0xfffffff0, 4), 'block 1 says it is 4294967280 bytes long'],
    ['a block of no length', (f) => f.writeUInt32LE(0, 4), 'block 1 says it is 0 bytes long'],
    [
      'a block with two lengths',
      (f) => f.writeUInt32LE(8, f.readUInt32LE(4) - 4),
      'block 1 has two different lengths',
    ],
    ['no byte order', (f) => f.writeUInt32LE(0, 8), 'block 1 has an unknown byte order'],
  ])('pcapng: %s', (_, change, line) => {
    const file = files()[0] as Buffer
    change(file)
    expect(tryToRead(file)).toContain(line)
  })

  it('a packet that says it is 256 MB takes no memory for it', () => {
    const promise = Buffer.concat([Buffer.from('30ffffff7f0001', 'hex'), Buffer.from('t')])
    const file = new FileMaker({ client: 50_000, broker: 1883 }).open()
    for (let i = 0; i < 3000; i++) file.send(true, i === 0 ? promise : Buffer.alloc(1400))
    const before = process.memoryUsage().rss
    importCapture(file.pcap(), silent)
    expect(process.memoryUsage().rss - before).toBeLessThan(60 * 1024 * 1024)
  })
})
