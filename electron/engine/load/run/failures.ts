import { count, counted } from '../../../contract/counted'
import { leastConnected, type LoadConfig } from '../../../contract/load-config'
import { maskedUrls } from '../../../contract/load-url'

/** The run could not start or go on: one line for the user. */
export class LoadError extends Error {
  override readonly name = 'LoadError'
  constructor(
    message: string,
    /** `start`: nothing was measured, the input or the machine is to blame; `run`: it broke off on the way. */
    readonly stage: 'start' | 'run',
  ) {
    // addresses may have a secret in their query
    super(maskedUrls(message))
  }
}

/** Connection failures that a retry cannot fix and that stop the entire run. */
const FATAL = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'EINVAL'])

export const codeOf = (error: Error | null): string | null =>
  error !== null && 'code' in error && typeof error.code === 'string' ? error.code : null

/** The error of each address tried, where Node has gathered several. */
function innermost(error: Error | null): Error | null {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0]
  return error
}

export const isFatalCode = (code: string | null): boolean => code !== null && FATAL.has(code)

const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: nothing is listening there',
  ECONNRESET: 'connection reset by the broker',
  EPIPE: 'connection reset by the broker',
  ETIMEDOUT: 'no response: host down or blocked by a firewall',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ENOTFOUND: 'no such host name',
  EAI_AGAIN: 'the host name could not be resolved',
  EMFILE: 'the open file limit of this process is reached (ulimit -n)',
  ENFILE: 'the open file limit of this computer is reached',
  EADDRNOTAVAIL:
    'no local address or port: is --local-address an address of this computer? If so, add more addresses or widen net.ipv4.ip_local_port_range',
  EINVAL: 'the system refused the address (see --local-address)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed: pass it with --ca-file',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate chain is self-signed: pass its CA with --ca-file',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate is signed by an unknown CA: pass that CA with --ca-file',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'the certificate is signed by an unknown CA: pass that CA with --ca-file',
  CERT_SIGNATURE_FAILURE: 'the certificate is not signed by the CA of --ca-file',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host name: pass that name with --server-name',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    'the broker requires a client certificate: pass --cert-file and --key-file',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE:
    'the broker refused the TLS handshake: does it require a client certificate?',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'the broker does not trust the client certificate',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the broker does not speak TLS on this port: mqtt:// or ws://?',
  EPROTO: 'the TLS handshake failed: does the broker speak TLS on this port?',
}

/** A connection's end in a few plain words, by cause and the system's error. */
export function explain(cause: string, error: Error | null): string {
  const inner = innermost(error)
  const code = codeOf(inner)
  if (code !== null) return MEANINGS[code] ?? `${cause}: ${code}`
  if (inner !== null && cause === 'connection failed') return inner.message.split('\n')[0] ?? cause
  return cause
}

/** True for a failure that is about certificates or TLS: trying again is of no use. */
export const isTlsFailure = (error: Error | null): boolean =>
  /CERT|SSL|SIGNED|LEAF|EPROTO/.test(codeOf(error) ?? '')

/** How a run begins without those that cannot connect; nothing where its settings say so already. */
const beginsWithFewer = (config: LoadConfig): string =>
  leastConnected(config) < 1 ? '' : '; --min-connected 95% begins with those that connect'

/** In a line that says why the broker refused a client or its subscription: patience is no help. */
const REFUSAL = /(CONN|SUB)ACK 0x/

/** What a client met ended the run. `refused`: while it connected, and the broker said why. */
export const endedText = (
  config: LoadConfig,
  { planned, text, refused }: { planned: number; text: string; refused: boolean },
): string =>
  `${counted(planned, 'client')} to ${maskedUrls(config.url)}: ${text}${refused && REFUSAL.test(text) ? beginsWithFewer(config) : ''}`

/** Too few clients were connected when the time for it was over. `enough`: 95 % of all are there, or may come. */
export function tooFewText(
  config: LoadConfig,
  {
    connected,
    wanted,
    enough,
    reason,
  }: { connected: number; wanted: string; enough: boolean; reason: string | null },
): string {
  const seconds = Math.round((config.connectTimeout + config.ramp) / 1000)
  const patience =
    reason !== null && REFUSAL.test(reason)
      ? ''
      : '; use fewer clients or a longer --connect-timeout or --ramp'
  return `only ${count(connected)} of ${wanted} connected to ${maskedUrls(config.url)} within ${seconds} s${reason === null ? '' : `: ${reason}`}${patience}${enough ? beginsWithFewer(config) : ''}`
}
