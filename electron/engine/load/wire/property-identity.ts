import { Prop, skipProperty } from '../../mqtt/properties'
import { readVarint, varintBytes, varintValue } from '../../mqtt/varint'
import { publishProperties } from './frames'
import { TOPIC_IDENTITY_LENGTH } from './short-identity'

/** The user property (MQTT 5.0 section 3.3.2.3.7) that names a message, its 24 digits still 0: 31 bytes. */
export const IDENTITY_PROPERTY = publishProperties([['fl', '0'.repeat(TOPIC_IDENTITY_LENGTH)]])

/** Where its digits begin, bytes from its own beginning. */
export const PROPERTY_DIGITS_AT = IDENTITY_PROPERTY.length - TOPIC_IDENTITY_LENGTH

function beginsAt(b: Buffer, at: number): boolean {
  for (let i = 0; i < PROPERTY_DIGITS_AT; i++) if (b[at + i] !== IDENTITY_PROPERTY[i]) return false
  return true
}

/**
 * Where the digits begin of the first such property in the property block at `at`; -1 where the block, which ends at `end`
 * at the latest, has none. It is sent as the first of all and keeps its place before other user properties
 * [MQTT-3.3.2-18]; a broker may put properties of other kinds before it. Never throws.
 */
export function propertyIdentityAt(b: Buffer, at: number, end: number): number {
  try {
    const read = readVarint(b, at, end)
    let i = at + varintBytes(read)
    const last = Math.min(end, i + varintValue(read)) - IDENTITY_PROPERTY.length
    while (i >= 0 && i <= last) {
      const id = b[i] as number
      if (id === Prop.USER_PROPERTY && beginsAt(b, i)) return i + PROPERTY_DIGITS_AT
      i = skipProperty(b, i + 1, id)
    }
    return -1
  } catch {
    // as in findProperty: bytes that cannot be read hold no property
    return -1
  }
}
