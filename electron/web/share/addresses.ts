import type { networkInterfaces } from 'node:os'
import type { ShareAddress } from '../../contract/share'

/** Addresses a class can be let in at: IPv4 first, this machine's own last; none that needs a zone to be typed. */
export function shareAddresses(interfaces: ReturnType<typeof networkInterfaces>): ShareAddress[] {
  const found = Object.entries(interfaces).flatMap(([network, list]) =>
    (list ?? [])
      .filter((i) => i.family === 'IPv4' || !/^fe80:/i.test(i.address))
      .map((i) => ({ network, address: i.address, loopback: i.internal, v6: i.family !== 'IPv4' })),
  )
  const rank = (a: (typeof found)[number]): number => Number(a.loopback) * 2 + Number(a.v6)
  return found
    .sort((a, b) => rank(a) - rank(b))
    .map(({ network, address, loopback }) => ({ network, address, loopback }))
}
