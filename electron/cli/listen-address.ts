import { UsageError } from './failure'

/**
 * An address to listen on as typed: PORT on loopback, or HOST:PORT, with an IPv6 address in brackets.
 * @throws UsageError that names the flag
 */
export function listenAddress(flag: string, text: string): { host: string; port: number } {
  const found = /^(?:(\[[0-9a-fA-F:.]+\]|[^\s:[\]/]+):)?(\d{1,5})$/.exec(text)
  const port = Number(found?.[2] ?? NaN)
  if (port <= 65_535) return { host: found?.[1]?.replace(/^\[|\]$/g, '') ?? '127.0.0.1', port }
  throw new UsageError(`${flag}: found ${text}; expected PORT or HOST:PORT with a port from 0 to 65535`)
}
