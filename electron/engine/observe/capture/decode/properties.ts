import { PROPERTIES, type PropertyKind } from '../../../mqtt/properties'
import { showBytes, Unreadable, type FieldReader } from './reader'

/** The property block of an MQTT 5 packet (5.0 section 2.2.2); nothing at other levels. */
export function readProperties(r: FieldReader, level: number, key = 'properties'): void {
  if (level !== 5) return
  r.group(key, () => {
    const length = r.varint('propertyLength')
    const end = r.pos + length
    if (end > r.end) throw new Unreadable(`properties of ${length} bytes do not fit into the packet`)
    const outer = r.end
    r.end = end
    let count = 0
    for (; r.pos < end; count++) readProperty(r)
    r.end = outer
    return String(count)
  })
}

function readProperty(r: FieldReader): void {
  const start = r.pos
  const { value: id, next } = r.peekVarint(start)
  const property = PROPERTIES[id]
  if (!property) throw new Unreadable(`there is no property 0x${id.toString(16)}`)
  r.pos = next
  const text = readValue(r, property.kind)
  r.add(`property.${property.name}`, text, start, r.pos)
}

function readValue(r: FieldReader, kind: PropertyKind): string {
  switch (kind) {
    case 'byte':
      return String(take(r, 1).readUInt8())
    case 'two':
      return String(take(r, 2).readUInt16BE())
    case 'four':
      return String(take(r, 4).readUInt32BE())
    case 'varint': {
      const { value, next } = r.peekVarint(r.pos)
      r.pos = next
      return String(value)
    }
    case 'string':
      return prefixed(r).toString('utf8')
    case 'binary':
      return showBytes(prefixed(r))
    case 'pair':
      return `${prefixed(r).toString('utf8')} = ${prefixed(r).toString('utf8')}`
  }
}

const prefixed = (r: FieldReader): Buffer => take(r, take(r, 2).readUInt16BE())

function take(r: FieldReader, n: number): Buffer {
  r.need(n)
  r.pos += n
  return r.bytes.subarray(r.pos - n, r.pos)
}
