import fc from 'fast-check'
import type { Packet } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import type { PacketField } from '../../../../electron/contract/model'
import { decodePacket } from '../../../../electron/engine/observe/capture/decode/decode'
import { frameOf } from './wire'

/** Fields that are not headings. */
const leaves = (fields: PacketField[]): PacketField[] =>
  fields.filter((f, i) => {
    const next = fields[i + 1]
    return next === undefined || next.depth <= f.depth
  })

/** Bytes or bits left out or told twice; empty when every bit belongs to one field. */
function faults(fields: PacketField[], bytes: number): string[] {
  const owners = new Uint8Array(bytes * 8)
  for (const f of leaves(fields)) {
    if (f.bits) for (let b = f.bits[1]; b <= f.bits[0]; b++) owners[f.start * 8 + b]!++
    else for (let b = f.start * 8; b < f.end * 8; b++) owners[b]!++
  }
  const bad: string[] = []
  owners.forEach((n, i) => n !== 1 && bad.push(`byte ${Math.floor(i / 8)} bit ${i % 8}: ${n}`))
  return bad
}

const value = (fields: PacketField[], key: string): string | undefined =>
  fields.find((f) => f.key === key)?.value
const values = (fields: PacketField[], key: string): string[] =>
  fields.filter((f) => f.key === key).map((f) => f.value)

const text = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom('a', 'b', 'é', '온', '/', '7') })
const id = fc.integer({ min: 1, max: 65_535 })
const qos = fc.constantFrom(0 as const, 1 as const, 2 as const)
const level = fc.constantFrom(3 as const, 4 as const, 5 as const)
const user = fc.dictionary(text, text, { minKeys: 1, maxKeys: 3, noNullPrototype: true })

describe('decodePacket', () => {
  it('reads any PUBLISH whole and right', () => {
    const publishProperties = fc.record(
      {
        payloadFormatIndicator: fc.boolean(),
        messageExpiryInterval: fc.nat(2 ** 32 - 1),
        topicAlias: id,
        responseTopic: text,
        correlationData: fc.uint8Array({ maxLength: 9 }).map((b) => Buffer.from(b)),
        userProperties: user,
        contentType: text,
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(
        level,
        qos,
        id,
        text,
        fc.uint8Array({ maxLength: 300 }),
        fc.boolean(),
        publishProperties,
        (version, q, messageId, topic, payload, retain, properties) => {
          const frame = frameOf(
            {
              cmd: 'publish',
              topic,
              payload: Buffer.from(payload),
              qos: q,
              dup: q > 0,
              retain,
              ...(q > 0 ? { messageId } : {}),
              ...(version === 5 ? { properties } : {}),
            },
            version,
          )
          const fields = decodePacket(frame, version)
          expect(faults(fields, frame.length)).toEqual([])
          expect(value(fields, 'topicName')).toBe(topic)
          expect(value(fields, 'qos')).toBe(String(q))
          expect(value(fields, 'dup')).toBe(String(q > 0))
          expect(value(fields, 'retain')).toBe(String(retain))
          expect(value(fields, 'packetIdentifier')).toBe(q > 0 ? String(messageId) : undefined)
          const body = fields.find((f) => f.key === 'payload')!
          expect(frame.subarray(body.start, body.end).equals(Buffer.from(payload))).toBe(true)
          if (version !== 5) return
          for (const key of [
            'messageExpiryInterval',
            'topicAlias',
            'responseTopic',
            'contentType',
          ] as const) {
            expect(value(fields, `property.${key}`)).toBe(
              properties[key] === undefined ? undefined : String(properties[key]),
            )
          }
          expect(values(fields, 'property.userProperty')).toEqual(
            Object.entries(properties.userProperties ?? {}).map(([k, v]) => `${k} = ${v}`),
          )
        },
      ),
      { numRuns: 300 },
    )
  })

  it('reads any CONNECT whole and right, and never shows the password', () => {
    const will = fc.option(fc.record({ topic: text, payload: text, qos, retain: fc.boolean() }), {
      nil: undefined,
    })
    fc.assert(
      fc.property(
        level,
        text,
        fc.boolean(),
        fc.nat(65_535),
        will,
        fc.option(text, { nil: undefined }),
        fc.nat(2 ** 32 - 1),
        user,
        (version, clientId, clean, keepalive, w, username, expiry, userProperties) => {
          const frame = frameOf(
            {
              cmd: 'connect',
              clientId,
              clean,
              keepalive,
              protocolVersion: version,
              protocolId: version === 3 ? 'MQIsdp' : 'MQTT',
              ...(w ? { will: { ...w, payload: Buffer.from(w.payload) } } : {}),
              ...(username === undefined ? {} : { username, password: Buffer.from('hunter2') }),
              ...(version === 5 ? { properties: { sessionExpiryInterval: expiry, userProperties } } : {}),
            },
            version,
          )
          const fields = decodePacket(frame, version)
          expect(faults(fields, frame.length)).toEqual([])
          expect(value(fields, 'clientIdentifier')).toBe(clientId)
          expect(value(fields, 'keepAlive')).toBe(String(keepalive))
          expect(value(fields, version === 5 ? 'cleanStart' : 'cleanSession')).toBe(String(clean))
          expect(value(fields, 'willTopic')).toBe(w?.topic)
          expect(value(fields, 'willPayload')).toBe(w?.payload)
          expect(value(fields, 'userName')).toBe(username)
          expect(fields.some((f) => f.value.includes('hunter2'))).toBe(false)
          if (version === 5) expect(value(fields, 'property.sessionExpiryInterval')).toBe(String(expiry))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('reads subscriptions and their answers', () => {
    const subscriptions = fc.array(
      fc.record({ topic: text, qos, nl: fc.boolean(), rap: fc.boolean(), rh: fc.constantFrom(0, 1, 2) }),
      {
        minLength: 1,
        maxLength: 5,
      },
    )
    fc.assert(
      fc.property(level, id, subscriptions, (version, messageId, wanted) => {
        const frame = frameOf({ cmd: 'subscribe', messageId, subscriptions: wanted }, version)
        const fields = decodePacket(frame, version)
        expect(faults(fields, frame.length)).toEqual([])
        expect(values(fields, 'topicFilter')).toEqual(wanted.map((w) => w.topic))
        expect(values(fields, 'requestedQos')).toEqual(wanted.map((w) => String(w.qos)))
        if (version === 5) {
          expect(values(fields, 'retainHandling')).toEqual(wanted.map((w) => String(w.rh)))
          expect(values(fields, 'noLocal')).toEqual(wanted.map((w) => String(w.nl)))
        }
        const ack = frameOf(
          { cmd: 'suback', messageId, granted: [...wanted.map((w) => w.qos), 0x80] },
          version,
        )
        const answer = decodePacket(ack, version)
        expect(faults(answer, ack.length)).toEqual([])
        expect(values(answer, version === 5 ? 'reasonCode' : 'returnCode').at(-1)).toBe(
          version === 5 ? '0x80 Unspecified error' : '0x80 Failure',
        )
      }),
      { numRuns: 100 },
    )
  })

  it.each([
    [
      { cmd: 'connack', returnCode: 5, reasonCode: 0x87, sessionPresent: true },
      5,
      'reasonCode',
      '0x87 Not authorized',
    ],
    [{ cmd: 'connack', returnCode: 5, sessionPresent: false }, 4, 'returnCode', '0x05 Not authorized'],
    [
      { cmd: 'puback', messageId: 7, reasonCode: 0x10, properties: { reasonString: 'nobody' } },
      5,
      'property.reasonString',
      'nobody',
    ],
    [{ cmd: 'pubrec', messageId: 7 }, 4, 'packetIdentifier', '7'],
    [{ cmd: 'pubrel', messageId: 7, reasonCode: 0x92 }, 5, 'reasonCode', '0x92 Packet Identifier not found'],
    [{ cmd: 'pubcomp', messageId: 65_535 }, 3, 'packetIdentifier', '65535'],
    [{ cmd: 'unsubscribe', messageId: 3, unsubscriptions: ['a/#', 'b'] }, 5, 'topicFilter', 'a/#'],
    [{ cmd: 'unsuback', messageId: 3, granted: [0x11] }, 5, 'reasonCode', '0x11 No subscription existed'],
    [{ cmd: 'unsuback', messageId: 3 }, 4, 'packetIdentifier', '3'],
    [{ cmd: 'pingreq' }, 4, 'remainingLength', '0'],
    [{ cmd: 'pingresp' }, 5, 'packetType', '13 PINGRESP'],
    [{ cmd: 'disconnect' }, 4, 'packetType', '14 DISCONNECT'],
    [
      { cmd: 'disconnect', reasonCode: 0x98, properties: { serverReference: 'other' } },
      5,
      'property.serverReference',
      'other',
    ],
    [
      { cmd: 'auth', reasonCode: 0x18, properties: { authenticationMethod: 'SCRAM' } },
      5,
      'property.authenticationMethod',
      'SCRAM',
    ],
  ] as [Packet, 3 | 4 | 5, string, string][])('reads %j at level %i', (packet, version, key, expected) => {
    const frame = frameOf(packet, version)
    const fields = decodePacket(frame, version)
    expect(faults(fields, frame.length)).toEqual([])
    expect(value(fields, key)).toBe(expected)
    expect(fields.some((f) => f.key === 'malformed' || f.key === 'unexpected')).toBe(false)
  })

  it('covers every byte of anything at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 60 }), level, (bytes, version) => {
        expect(faults(decodePacket(bytes, version), bytes.length)).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })

  it('covers every beginning of a packet and says what was not kept', () => {
    const frame = frameOf(
      {
        cmd: 'publish',
        topic: 'home/온도',
        payload: 'warm',
        qos: 2,
        messageId: 9,
        dup: false,
        retain: false,
        properties: { userProperties: { a: 'b' }, contentType: 'text' },
      },
      5,
    )
    for (let n = 2; n < frame.length; n++) {
      const fields = decodePacket(frame.subarray(0, n), 5, frame.length)
      expect(faults(fields, n)).toEqual([])
      if (n < frame.length - 4) expect(fields.at(-1)).toMatchObject({ key: 'notCaptured' })
    }
  })
})
