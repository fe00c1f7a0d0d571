import { qosOf } from '../../../mqtt/first-byte'
import { Type } from '../../../mqtt/packet'
import { codeText } from './names'
import { readProperties } from './properties'
import { showBytes, Unreadable, type FieldReader } from './reader'

type ReadPacket = (r: FieldReader, level: number, flags: number) => void

const yesNo = (n: number): string => (n === 1 ? 'true' : 'false')
const secret = (b: Buffer): string => `${b.length} bytes`

function connect(r: FieldReader): void {
  let flags = 0
  let level = 0
  r.group('variableHeader', () => {
    r.string('protocolName')
    level = r.byte('protocolLevel', levelText) & 0x7f
    r.group('connectFlags', () => {
      flags = r.bytes[r.pos] ?? 0
      r.bits('userNameFlag', 7, 7, r.pos, yesNo)
      r.bits('passwordFlag', 6, 6, r.pos, yesNo)
      r.bits('willRetain', 5, 5, r.pos, yesNo)
      r.bits('willQos', 4, 3)
      r.bits('willFlag', 2, 2, r.pos, yesNo)
      r.bits(level === 5 ? 'cleanStart' : 'cleanSession', 1, 1, r.pos, yesNo)
      r.bits('reserved', 0, 0)
      r.pos++
      return `0x${flags.toString(16).padStart(2, '0')}`
    })
    r.two('keepAlive')
    readProperties(r, level)
    return undefined
  })
  r.group('payload', () => {
    r.string('clientIdentifier')
    if ((flags & 0x04) !== 0) {
      readProperties(r, level, 'willProperties')
      r.string('willTopic')
      r.binary('willPayload', showBytes)
    }
    if ((flags & 0x80) !== 0) r.string('userName')
    // Only its length: the fields are shown to everybody who looks at the packet.
    if ((flags & 0x40) !== 0) r.binary('password', secret)
    return undefined
  })
}

const levelText = (n: number): string => {
  const name = { 3: '3.1', 4: '3.1.1', 5: '5.0' }[n & 0x7f]
  return name === undefined ? String(n) : `${n} (${name})`
}

const connack: ReadPacket = (r, level) => {
  r.group('variableHeader', () => {
    r.group('acknowledgeFlags', () => {
      r.bits('reserved', 7, 1)
      r.bits('sessionPresent', 0, 0, r.pos, yesNo)
      r.pos++
      return undefined
    })
    r.byte(level === 5 ? 'reasonCode' : 'returnCode', (n) => codeText(n, Type.CONNACK, level))
    // A server may answer an unknown version in the form of 3.1.1, without properties.
    if (r.left > 0) readProperties(r, level)
    return undefined
  })
}

const publish: ReadPacket = (r, level, flags) => {
  const qos = qosOf(flags)
  r.group('variableHeader', () => {
    r.string('topicName')
    if (qos > 0) r.two('packetIdentifier')
    readProperties(r, level)
    return undefined
  })
  r.rest('payload', showBytes)
}

/** PUBACK, PUBREC, PUBREL, PUBCOMP, DISCONNECT and AUTH may leave out a reason of 0 and empty properties. */
function reason(r: FieldReader, type: number, level: number): void {
  if (level !== 5 || r.left === 0) return
  r.byte('reasonCode', (n) => codeText(n, type, level))
  if (r.left > 0) readProperties(r, level)
}

const acknowledgement =
  (type: number): ReadPacket =>
  (r, level) => {
    r.group('variableHeader', () => {
      r.two('packetIdentifier')
      reason(r, type, level)
      return undefined
    })
  }

const reasonOnly =
  (type: number): ReadPacket =>
  (r, level) => {
    if (r.left === 0) return
    r.group('variableHeader', () => {
      reason(r, type, level)
      return undefined
    })
  }

function identified(r: FieldReader, level: number): void {
  r.group('variableHeader', () => {
    r.two('packetIdentifier')
    readProperties(r, level)
    return undefined
  })
}

const subscribe: ReadPacket = (r, level) => {
  identified(r, level)
  r.group('payload', () => {
    while (r.left > 0) {
      r.string('topicFilter')
      r.group('subscriptionOptions', () => {
        if (level === 5) {
          r.bits('reserved', 7, 6)
          r.bits('retainHandling', 5, 4)
          r.bits('retainAsPublished', 3, 3, r.pos, yesNo)
          r.bits('noLocal', 2, 2, r.pos, yesNo)
        } else r.bits('reserved', 7, 2)
        const qos = r.bits('requestedQos', 1, 0)
        r.pos++
        return `QoS ${qos}`
      })
    }
    return undefined
  })
}

const unsubscribe: ReadPacket = (r, level) => {
  identified(r, level)
  r.group('payload', () => {
    while (r.left > 0) r.string('topicFilter')
    return undefined
  })
}

const codes =
  (type: number): ReadPacket =>
  (r, level) => {
    identified(r, level)
    if (r.left === 0) return
    r.group('payload', () => {
      while (r.left > 0) r.byte(level === 5 ? 'reasonCode' : 'returnCode', (n) => codeText(n, type, level))
      return undefined
    })
  }

const empty: ReadPacket = () => {
  return
}

/** What stands after the fixed header, by packet type. */
const READERS: Partial<Record<number, ReadPacket>> = {
  [Type.CONNECT]: connect,
  [Type.CONNACK]: connack,
  [Type.PUBLISH]: publish,
  [Type.PUBACK]: acknowledgement(Type.PUBACK),
  [Type.PUBREC]: acknowledgement(Type.PUBREC),
  [Type.PUBREL]: acknowledgement(Type.PUBREL),
  [Type.PUBCOMP]: acknowledgement(Type.PUBCOMP),
  [Type.SUBSCRIBE]: subscribe,
  [Type.SUBACK]: codes(Type.SUBACK),
  [Type.UNSUBSCRIBE]: unsubscribe,
  [Type.UNSUBACK]: codes(Type.UNSUBACK),
  [Type.PINGREQ]: empty,
  [Type.PINGRESP]: empty,
  [Type.DISCONNECT]: reasonOnly(Type.DISCONNECT),
  [Type.AUTH]: reasonOnly(Type.AUTH),
}

/** @throws Unreadable */
export function readBody(r: FieldReader, type: number, level: number, flags: number): void {
  const read = READERS[type]
  if (!read) throw new Unreadable('there is no packet type 0')
  read(r, level, flags)
}
