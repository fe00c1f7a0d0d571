import { isIP } from 'node:net'

/** Splits a Host header into its name and port; undefined when it is not one. */
function splitHost(header: string): { name: string; port: string } | undefined {
  const found = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?$/.exec(header)
  return found?.[1] ? { name: found[1].toLowerCase(), port: found[2] ?? '80' } : undefined
}

const bare = (name: string): string => name.replace(/^\[|\]$/g, '')

const isLoopback = (name: string): boolean =>
  name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'))

/** Address a server is bound to. */
export interface Bound {
  host: string
  port: number
}

/**
 * True when a Host header names this server by a loopback name, by the address it is bound to or, bound to
 * every interface, by any literal address. A foreign name that was made to resolve here (DNS rebinding) is refused.
 */
export function isOwnHost(header: string | undefined, bound: Bound): boolean {
  const host = header === undefined ? undefined : splitHost(header)
  if (!host || Number(host.port) !== bound.port) return false
  const name = bare(host.name)
  if (isLoopback(name) || name === bare(bound.host.toLowerCase())) return true
  return (bound.host === '0.0.0.0' || bound.host === '::') && isIP(name) !== 0
}

/** True when the page that opens a WebSocket came from this very server. */
export function isSameOrigin(origin: string | undefined, host: string | undefined): boolean {
  return origin !== undefined && host !== undefined && origin.toLowerCase() === `http://${host.toLowerCase()}`
}
