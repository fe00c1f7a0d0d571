import { isIP } from 'node:net'
import { isLoopback } from '../contract/loopback'

/** Splits a Host header into its name and port; undefined when it is not one. */
function splitHost(header: string): { name: string; port: string } | undefined {
  const found = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?$/.exec(header)
  return found?.[1] ? { name: found[1].toLowerCase(), port: found[2] ?? '80' } : undefined
}

const bare = (name: string): string => name.replace(/^\[|\]$/g, '')

/** Address a server is bound to. */
export interface Bound {
  host: string
  port: number
  /** Origin under which a proxy in front of this server is reached, as a browser writes it: `https://lab.example`. */
  origin?: string | undefined
}

/** An origin as a browser writes it, of http or https; null for any other text. */
export function parseOrigin(text: string): string | null {
  if (!/^https?:\/\/[^/?#@\s]+$/i.test(text) || !URL.canParse(text)) return null
  return new URL(text).origin
}

/**
 * True when a Host header names this server by a loopback name, by the address it is bound to, by the origin of the proxy
 * in front of it or, bound to every interface, by any literal address. A foreign name that was made to resolve here (DNS rebinding) is refused.
 */
export function isOwnHost(header: string | undefined, bound: Bound): boolean {
  if (header !== undefined && header.toLowerCase() === publicHost(bound)) return true
  const host = header === undefined ? undefined : splitHost(header)
  if (!host || Number(host.port) !== bound.port) return false
  const name = bare(host.name)
  if (isLoopback(name) || name === bare(bound.host.toLowerCase())) return true
  return (bound.host === '0.0.0.0' || bound.host === '::') && isIP(name) !== 0
}

const publicHost = ({ origin }: Bound): string | null => (origin === undefined ? null : new URL(origin).host)

/**
 * True when the page that opens a WebSocket came from this server: plain http under the name of the Host header, or
 * exactly the origin of the proxy in front of it. A name that belongs to the proxy is not accepted by another scheme.
 */
export function isSameOrigin(origin: string | undefined, host: string | undefined, bound: Bound): boolean {
  if (origin === undefined || host === undefined) return false
  if (bound.origin !== undefined && origin.toLowerCase() === bound.origin) return true
  const name = host.toLowerCase()
  return name !== publicHost(bound) && origin.toLowerCase() === `http://${name}`
}
