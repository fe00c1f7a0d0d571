export const FIN = 0x01
export const SYN = 0x02
export const PSH = 0x08
export const ACK = 0x10

/** Payload bytes of one segment: what fits into an Ethernet frame. */
export const MSS = 1460

const ETHERNET = 14
const IP = 20
const TCP = 20
const WINDOW = 0xffff

export interface Endpoint {
  /** IPv4 address as a number. */
  readonly address: number
  readonly port: number
}

export interface Segment {
  from: Endpoint
  to: Endpoint
  seq: number
  ack: number
  flags: number
  payload: Buffer
}

/** An Ethernet frame with one TCP segment over IPv4, checksums right (RFC 791, RFC 9293). */
export function ethernetFrame(s: Segment): Buffer {
  const f = Buffer.alloc(ETHERNET + IP + TCP + s.payload.length)
  mac(f, 0, s.to.address)
  mac(f, 6, s.from.address)
  f.writeUInt16BE(0x0800, 12)
  ip(f, s)
  tcp(f, s)
  return f
}

/** Locally administered address that repeats the IPv4 address. */
function mac(f: Buffer, at: number, address: number): void {
  f.writeUInt16BE(0x0200, at)
  f.writeUInt32BE(address, at + 2)
}

function ip(f: Buffer, s: Segment): void {
  const at = ETHERNET
  f[at] = 0x45
  f.writeUInt16BE(IP + TCP + s.payload.length, at + 2)
  // don't fragment
  f.writeUInt16BE(0x4000, at + 6)
  f[at + 8] = 64
  f[at + 9] = 6
  f.writeUInt32BE(s.from.address, at + 12)
  f.writeUInt32BE(s.to.address, at + 16)
  f.writeUInt16BE(fold(sum(f, at, at + IP, 0)), at + 10)
}

function tcp(f: Buffer, s: Segment): void {
  const at = ETHERNET + IP
  f.writeUInt16BE(s.from.port, at)
  f.writeUInt16BE(s.to.port, at + 2)
  f.writeUInt32BE(s.seq >>> 0, at + 4)
  f.writeUInt32BE(s.ack >>> 0, at + 8)
  f[at + 12] = (TCP / 4) << 4
  f[at + 13] = s.flags
  f.writeUInt16BE(WINDOW, at + 14)
  s.payload.copy(f, at + TCP)
  const pseudo = 6 + TCP + s.payload.length
  f.writeUInt16BE(fold(sum(f, at, f.length, sum(f, ETHERNET + 12, ETHERNET + 20, pseudo))), at + 16)
}

function sum(f: Buffer, from: number, to: number, start: number): number {
  let total = start
  let i = from
  for (; i + 1 < to; i += 2) total += ((f[i] as number) << 8) | (f[i + 1] as number)
  if (i < to) total += (f[i] as number) << 8
  return total
}

function fold(total: number): number {
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 0x10000)
  return ~total & 0xffff
}
