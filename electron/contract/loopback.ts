import { loadAddresses } from './load-url'

/** True for a host, as in a URL or bare, that only this machine reaches. */
export const isLoopback = (host: string): boolean =>
  ['localhost', '::1', '[::1]'].includes(host.toLowerCase()) || /^127(\.\d{1,3}){3}$/.test(host)

/** The host of a broker's URL, as it is written there; null for what is no such URL. */
export const brokerHost = (url: string): string | null =>
  /^(?:mqtts?|wss?):\/\/(\[[^\]]+\]|[^\s@/:?#\\]+)/.exec(url)?.[1] ?? null

/** The hosts of the addresses of a load test's broker, each once; an address that has none stands for itself. */
export const brokerHosts = (url: string): string[] => [
  ...new Set(loadAddresses(url).map((address) => brokerHost(address) ?? address)),
]

/** Where a listener takes connections at every address of its machine. */
const EVERY_ADDRESS = ['0.0.0.0', '[::]', '::']

/**
 * A broker's address as another computer of the network reaches it.
 * @param machine host name or address of the broker's machine
 * @returns null when only that machine reaches it, or for what is no such URL
 */
export function urlFromElsewhere(url: string, machine: string): string | null {
  const host = brokerHost(url)
  if (host === null) return null
  if (isLoopback(host)) return isLoopback(machine) ? url : null
  return EVERY_ADDRESS.includes(host) ? url.replace(host, machine) : url
}
