import { ApiError } from '../../contract/errors'
import { brokerHosts, isLoopback } from '../../contract/loopback'

/** Where a scenario or a load test would connect to, `embedded` for our own broker, and as whom. */
export interface BrokerTarget {
  url: string
  username?: string | undefined
}

/**
 * Other machines the user has agreed to connect to, until the program ends. A file can name any host, and a password
 * for it; nothing is sent to one that the user has not seen and allowed.
 */
export class AllowedHosts {
  private readonly hosts = new Set<string>()

  allow(host: string): void {
    this.hosts.add(host.toLowerCase())
  }

  /** @throws ApiError `unconfirmed`, whose details are the host and the user name, for the first host that is neither loopback nor allowed */
  check({ url, username }: BrokerTarget): void {
    if (url === 'embedded') return
    const host = brokerHosts(url).find((h) => !isLoopback(h) && !this.hosts.has(h.toLowerCase()))
    if (host === undefined) return
    const as = username === undefined ? 'without a user name' : `as ${username}`
    throw new ApiError('unconfirmed', `not connected to ${host} (${as}): it is not this computer`, [
      { path: 'host', found: host, expected: 'a host that the user has allowed' },
      { path: 'username', found: username ?? '', expected: 'the user name sent to it' },
    ])
  }
}
