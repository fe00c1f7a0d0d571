/** Link types whose frames are read (https://www.tcpdump.org/linktypes.html). */
const Link = {
  null: 0,
  ethernet: 1,
  raw: [12, 14, 101, 228, 229],
  loop: 108,
  sll: 113,
  sll2: 276,
} as const

const IPV4 = 0x0800
const IPV6 = 0x86dd
const PPPOE = 0x8864
/** 802.1Q, 802.1ad and what came before it. */
const TAGS: readonly number[] = [0x8100, 0x88a8, 0x9100]

/** True where frames of this link type can be read. */
export const isKnownLink = (linkType: number): boolean =>
  linkType === Link.null ||
  linkType === Link.ethernet ||
  linkType === Link.loop ||
  linkType === Link.sll ||
  linkType === Link.sll2 ||
  (Link.raw as readonly number[]).includes(linkType)

/** Where the IP header begins in a frame, or -1 where there is none. */
export function ipAt(linkType: number, f: Buffer): number {
  switch (linkType) {
    case Link.ethernet:
      return afterType(f, 12)
    case Link.sll:
      return afterType(f, 14)
    case Link.sll2:
      return f.length < 20 ? -1 : isIp(f.readUInt16BE(0)) ? 20 : -1
    case Link.null:
    case Link.loop:
      // Address families of IPv6 differ from system to system: the version says what it is.
      return f.length > 4 ? 4 : -1
    default:
      return 0
  }
}

const isIp = (type: number): boolean => type === IPV4 || type === IPV6

/** Where IP begins behind the EtherType at `at`, past any tags. */
function afterType(f: Buffer, at: number): number {
  for (let p = at; p + 2 <= f.length; p += 4) {
    const type = f.readUInt16BE(p)
    if (isIp(type)) return p + 2
    if (type === PPPOE) return p + 10
    if (!TAGS.includes(type)) return -1
  }
  return -1
}
