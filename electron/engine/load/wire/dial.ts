import { loadAddresses } from '../../../contract/load-url'
import { tcpDial } from './tcp'
import type { TlsFields } from './tls'
import type { Dial } from './transport'

type MakeDial = (url: URL, tls: TlsFields) => Dial | Promise<Dial>

const host = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')
const portOr = (url: URL, standard: number): number => (url.port === '' ? standard : Number(url.port))

const webSocketDial: MakeDial = async (url, tls) => (await import('./websocket')).webSocketDial(url.href, tls)

/** Transports by the scheme of the broker's URL. Each thread reads the code of those it uses. */
const DIALS: Readonly<Record<string, MakeDial>> = {
  'mqtt:': (url) => tcpDial(host(url), portOr(url, 1883)),
  'mqtts:': async (url, tls) => (await import('./tls')).tlsDial(host(url), portOr(url, 8883), tls),
  'ws:': webSocketDial,
  'wss:': webSocketDial,
}

/**
 * Opens connections to a broker's address, or to that of its addresses which a caller names.
 * @throws RangeError for a scheme there is no transport for; the load schema lets none through
 */
export async function dialFor(url: string, tls: TlsFields): Promise<Dial> {
  const dials = await Promise.all(loadAddresses(url).map((address) => dialOf(address, tls)))
  return (events, caller) => {
    const dial = dials[(caller.address ?? 0) % dials.length] as Dial
    return dial(events, caller)
  }
}

async function dialOf(address: string, tls: TlsFields): Promise<Dial> {
  const parsed = new URL(address)
  const make = DIALS[parsed.protocol]
  if (!make) throw new RangeError(`no transport for ${parsed.protocol}//`)
  return make(parsed, tls)
}
