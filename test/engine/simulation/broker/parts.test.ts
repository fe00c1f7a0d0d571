import fc from 'fast-check'
import mqttPacket from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { topicMatches } from '../../../../electron/contract/topics'
import { filterCovers } from '../../../../electron/engine/simulation/broker/access'
import { readPublish, writePublish } from '../../../../electron/engine/simulation/broker/wire/publish'
import { Packet } from '../../../../electron/engine/mqtt/packet'

const level = fc.constantFrom('a', 'b', '', '$s')
const topic = fc
  .array(level, { minLength: 1, maxLength: 4 })
  .map((l) => l.join('/'))
  .filter((t) => t !== '')
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 3 }), fc.boolean())
  .map(([l, hash]) => [...l, ...(hash ? ['#'] : [])].join('/'))
  .filter((f) => f !== '')

describe('filterCovers', () => {
  it('says yes only when every topic of the asked filter is allowed', () => {
    fc.assert(
      fc.property(filter, filter, topic, (allowed, asked, t) => {
        if (filterCovers(allowed, asked) && topicMatches(asked, t))
          expect(topicMatches(allowed, t)).toBe(true)
      }),
      { numRuns: 3000 },
    )
    const yes = [
      ['#', 'a/#'],
      ['a/#', 'a'],
      ['a/+', 'a/+'],
      ['+/b', 'a/b'],
      ['$SYS/#', '$SYS/x'],
    ]
    for (const [allowed, asked] of yes)
      expect([allowed, asked, filterCovers(allowed ?? '', asked ?? '')]).toEqual([allowed, asked, true])
    for (const asked of ['#', 'a/#', '$SYS/#']) expect(filterCovers('+/b', asked)).toBe(false)
  })
})

describe('PUBLISH', () => {
  it('is written as mqtt-packet reads it and read as mqtt-packet writes it', () => {
    const copy = fc.record({
      level: fc.constantFrom<4 | 5>(4, 5),
      qos: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
      dup: fc.boolean(),
      retain: fc.boolean(),
      packetId: fc.integer({ min: 1, max: 65_535 }),
      expiry: fc.option(fc.nat(4_294_967_295)),
      subscriptionIds: fc.array(fc.integer({ min: 1, max: 268_435_455 }), { maxLength: 3 }),
    })
    fc.assert(
      fc.property(copy, fc.uint8Array({ maxLength: 300 }), topic, (c, bytes, name) => {
        const m = {
          topicBytes: Buffer.from(name),
          payload: Buffer.from(bytes),
          forward: Buffer.from([0x01, 1]),
        }
        const dup = c.dup && c.qos > 0
        const frame = writePublish(m, { ...c, dup })
        let read: mqttPacket.Packet | undefined
        const parser = mqttPacket.parser({ protocolVersion: c.level })
        parser.on('packet', (p) => (read = p))
        parser.on('error', (e) => {
          throw e
        })
        parser.parse(frame)
        expect(read).toMatchObject({ cmd: 'publish', topic: name, qos: c.qos, retain: c.retain, dup })
        if (read?.cmd !== 'publish') return
        expect(Buffer.from(read.payload)).toEqual(m.payload)
        if (c.level === 5) {
          expect(read.properties?.messageExpiryInterval ?? null).toBe(c.expiry)
          expect([read.properties?.subscriptionIdentifier ?? []].flat()).toEqual(c.subscriptionIds)
          expect(read.properties?.payloadFormatIndicator).toBe(true)
        }
        if (c.subscriptionIds.length > 0 && c.level === 5) return
        expect(readPublish(new Packet(frame, c.level))).toMatchObject({
          topic: name,
          qos: c.qos,
          retain: c.retain,
          payload: m.payload,
        })
      }),
      { numRuns: 300 },
    )
  })
})
