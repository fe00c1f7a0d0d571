import { isLoopback } from '../contract/loopback'
import type { ShareAddress } from '../contract/share'
import { KEY_PARAMETER } from '../web/host-key'
import { urlOf } from '../web/listen'

/** Where `fleetlab serve` was asked to be reached. */
export interface ServedAt {
  host: string
  /** Of a proxy in front. */
  origin?: string
}

/** What the user has to know when `isReachable`. */
export const REACHABLE =
  'other computers can reach the page. Anyone who has its address with the key can change everything, open and save scenarios and generate load; keep it to yourself. To let a class watch, use --share.'

/** Others than this computer can get at the page, by themselves or by a proxy. */
export const isReachable = ({ host, origin }: ServedAt): boolean => origin !== undefined || !isLoopback(host)

/** The addresses to open the page at. Bound to every interface, each of them has one. */
export function pageUrls(
  { host, origin }: ServedAt,
  port: number,
  key: string | undefined,
  addresses: readonly ShareAddress[],
): string[] {
  const own = addresses.map((a) => a.address).filter((a) => host === '::' || !a.includes(':'))
  const hosts = host === '0.0.0.0' || host === '::' ? own : [host]
  const urls = origin === undefined ? hosts.map((name) => urlOf({ host: name, port })) : [origin]
  return key === undefined ? urls : urls.map((url) => `${url}/?${KEY_PARAMETER}=${key}`)
}
