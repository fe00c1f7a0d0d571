import { loadAddresses } from '../../../contract/load-url'
import { tcpDial } from './tcp'
import { tlsDial, type TlsFields } from './tls'
import type { Dial } from './transport'
import { webSocketDial } from './websocket'

type MakeDial = (url: URL, tls: TlsFields) => Dial

const host = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')
const portOr = (url: URL, standard: number): number => (url.port === '' ? standard : Number(url.port))

/** Transports by the scheme of the broker's URL. */
const DIALS: Readonly<Record<string, MakeDial>> = {
  'mqtt:': (url) => tcpDial(host(url), portOr(url, 1883)),
  'mqtts:': (url, tls) => tlsDial(host(url), portOr(url, 8883), tls),
  'ws:': (url, tls) => webSocketDial(url.href, tls),
  'wss:': (url, tls) => webSocketDial(url.href, tls),
}

/**
 * Opens connections to a broker's address, or to that of its addresses which a caller names.
 * @throws RangeError for a scheme there is no transport for; the load schema lets none through
 */
export function dialFor(url: string, tls: TlsFields): Dial {
  const dials = loadAddresses(url).map((address) => dialOf(address, tls))
  return (events, caller) => {
    const dial = dials[(caller.address ?? 0) % dials.length] as Dial
    return dial(events, caller)
  }
}

function dialOf(address: string, tls: TlsFields): Dial {
  const parsed = new URL(address)
  const make = DIALS[parsed.protocol]
  if (!make) throw new RangeError(`no transport for ${parsed.protocol}//`)
  return make(parsed, tls)
}
