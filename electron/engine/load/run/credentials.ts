import type { LoadConfig } from '../../../contract/load-config'
import type { TlsFields } from '../wire/tls'
import type { Credentials } from './messages'

/** What a connection of a run shows and trusts. */
export const tlsFieldsOf = (config: LoadConfig, { ca, cert, key, headers }: Credentials): TlsFields => ({
  ca,
  cert,
  key,
  headers,
  serverName: config.serverName,
  insecure: config.insecure,
  alpn: config.alpn,
})
