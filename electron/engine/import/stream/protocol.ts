/** What the first bytes that one end of a connection sends are. `short`: too few to tell. */
export type Opening = 'mqtt' | 'http' | 'tls' | 'other' | 'short'

const CONNECT = 0x10
/** Protocol names with their length (MQTT 3.1.1 section 3.1.2.1, MQTT 3.1 section 3.1). */
const NAMES = [Buffer.from('\0\x04MQTT'), Buffer.from('\0\x06MQIsdp')]
const GET = Buffer.from('GET ')

/** Looks at the first bytes of a connection's first speaker. */
export function openingOf(b: Buffer): Opening {
  if (b.length === 0) return 'short'
  if (b[0] === CONNECT) return connectOpening(b)
  if (isTlsRecord(b[0] as number))
    return b.length < 3 ? 'short' : b[1] === 3 && (b[2] as number) <= 4 ? 'tls' : 'other'
  return begins(b, 0, GET, 'http')
}

/** Change cipher spec, alert, handshake, application data (RFC 8446 section 5.1): a capture may begin with any. */
const isTlsRecord = (type: number): boolean => type >= 0x14 && type <= 0x17

function connectOpening(b: Buffer): Opening {
  let at = 1
  while (at < 5 && at < b.length && (b[at] as number) >= 0x80) at++
  if (at >= 5) return 'other'
  at++
  if (b.length <= at) return 'short'
  const results = NAMES.map((name) => begins(b, at, name, 'mqtt'))
  return results.find((r) => r === 'mqtt') ?? results.find((r) => r === 'short') ?? 'other'
}

function begins(b: Buffer, at: number, text: Buffer, as: Opening): Opening {
  const here = b.subarray(at, at + text.length)
  if (!here.equals(text.subarray(0, here.length))) return 'other'
  return here.length < text.length ? 'short' : as
}
