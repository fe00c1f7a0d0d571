/** One TCP segment, as offsets into its frame. */
export interface Segment {
  /** Where the addresses stand: source, then destination, each of `addressBytes`. */
  addressesAt: number
  addressBytes: 4 | 16
  tcpAt: number
  payloadAt: number
  /** Bytes of payload that were sent; fewer may be kept. */
  length: number
}

const TCP = 6

/** Finds the TCP segment in the IP packet at `at`; `fragment` for a part of one, `none` for anything else. */
export function readSegment(f: Buffer, at: number, into: Segment): 'tcp' | 'fragment' | 'none' {
  const version = (f[at] ?? 0) >> 4
  if (version === 4) return ipv4(f, at, into)
  return version === 6 ? ipv6(f, at, into) : 'none'
}

function ipv4(f: Buffer, at: number, into: Segment): 'tcp' | 'fragment' | 'none' {
  if (f.length < at + 20 || f[at + 9] !== TCP) return 'none'
  if ((f.readUInt16BE(at + 6) & 0x3fff) !== 0) return 'fragment'
  into.addressesAt = at + 12
  into.addressBytes = 4
  const total = f.readUInt16BE(at + 2)
  // Zero where the network card cuts the packet up.
  return tcp(f, at + ((f[at] as number) & 0x0f) * 4, total === 0 ? f.length : at + total, into)
}

function ipv6(f: Buffer, at: number, into: Segment): 'tcp' | 'fragment' | 'none' {
  if (f.length < at + 40) return 'none'
  into.addressesAt = at + 8
  into.addressBytes = 16
  const payload = f.readUInt16BE(at + 4)
  const end = payload === 0 ? f.length : at + 40 + payload
  let next = f[at + 6] as number
  for (let p = at + 40; p + 8 <= f.length;) {
    switch (next) {
      case TCP:
        return tcp(f, p, end, into)
      // Hop-by-hop, routing and destination options (RFC 8200 section 4).
      case 0:
      case 43:
      case 60:
        next = f[p] as number
        p += ((f[p + 1] as number) + 1) * 8
        break
      case 44:
        if ((f.readUInt16BE(p + 2) & 0xfff9) !== 0) return (f[p] as number) === TCP ? 'fragment' : 'none'
        next = f[p] as number
        p += 8
        break
      // Authentication header (RFC 4302).
      case 51:
        next = f[p] as number
        p += ((f[p + 1] as number) + 2) * 4
        break
      default:
        return 'none'
    }
  }
  return 'none'
}

function tcp(f: Buffer, at: number, end: number, into: Segment): 'tcp' | 'none' {
  if (f.length < at + 20) return 'none'
  const header = ((f[at + 12] as number) >> 4) * 4
  if (header < 20 || at + header > end) return 'none'
  into.tcpAt = at
  into.payloadAt = at + header
  into.length = end - at - header
  return 'tcp'
}
