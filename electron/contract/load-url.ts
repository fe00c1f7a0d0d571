import { HIDDEN, isSecretName } from './secret-names'

const FORM = 'expected mqtt://, mqtts://, ws:// or wss:// with a host, or the word embedded'

/** Schemes of other tools, and ours for the same. */
const ALIASES: Readonly<Record<string, string>> = {
  tcp: 'mqtt',
  ssl: 'mqtts',
  tls: 'mqtts',
  http: 'ws',
  https: 'wss',
}

const HOST = /^(\[[0-9a-fA-F:.]+(%[\w.-]+)?\]|[\p{L}\p{N}._-]+)$/u

const MAX_ADDRESSES = 64

/** `?name=value` and what follows it in an address, up to a comma, a double quote or a space. A value may hold `;`, `?` and `'`. */
const PARAMETER = /([?&#;])([^?&#;=,\s"']+)=([^&#,\s"]*[^&#,\s":])/g

function nameOf(written: string): string {
  try {
    return decodeURIComponent(written)
  } catch {
    return written
  }
}

/** The text with the secrets of its queries changed. What is no secret may hold one after a `;`. */
const withSecrets = (text: string, change: (secret: string) => string): string =>
  text.replace(PARAMETER, (_, before: string, name: string, value: string) => {
    const changed = isSecretName(nameOf(name)) ? change(value) : withSecrets(value, change)
    return `${before}${name}=${changed}`
  })

/** The text without the secrets of the addresses in it, for messages, reports and pages: user, password, values of a query. */
export const maskedUrls = (text: string): string =>
  withSecrets(text.replace(/:\/\/[^/@\s"]*@/g, '://…@'), () => HIDDEN)

/** Whether a report left out a secret of the address, so that nobody can connect to it. */
export function hidesSecret(url: string): boolean {
  const secrets: string[] = []
  withSecrets(url, (secret) => {
    secrets.push(secret)
    return secret
  })
  return secrets.includes(HIDDEN)
}

/** What is expected in place of such a value. */
export const HIDDEN_PARAMETER = 'expected the value in place of ***: reports do not keep it'

/** The addresses of a load test's broker: a cluster has several, with commas between them. */
export const loadAddresses = (url: string): string[] => url.split(',').map((address) => address.trim())

/** What is wrong with the addresses of a load test's broker, and what to write instead: one line; null for good ones. */
export function loadUrlProblem(url: string): string | null {
  const addresses = loadAddresses(url)
  if (addresses.some((a) => /\s/.test(a))) return `${FORM}; write commas between several addresses`
  if (addresses.length > MAX_ADDRESSES) return `expected at most ${MAX_ADDRESSES} addresses`
  const problem = addresses.map(brokerUrlProblem).find((p) => p !== null)
  if (problem !== undefined) return problem
  if (new Set(addresses.map((a) => a.split(':')[0])).size > 1) {
    return 'expected the same scheme, such as mqtt://, in all addresses'
  }
  return addresses.length > 1 && addresses[0] === 'embedded' ? 'expected the word embedded once' : null
}

/** What is wrong with one address of a broker, and what to write instead: one line; null for a good one. */
export function brokerUrlProblem(url: string): string | null {
  if (url === 'embedded') return null
  if (/[,\s]/.test(url.trim())) return `${FORM}: one address, not several`
  const found = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([/?#]\S*)?$/i.exec(url)
  if (found === null) return url.startsWith('/') ? `${FORM}: Unix sockets are not supported` : FORM
  const [, scheme = '', authority = '', path = ''] = found
  if (!/^(mqtts?|wss?)$/.test(scheme)) {
    const ours = ALIASES[scheme.toLowerCase()]
    const isUnix = /unix/i.test(scheme)
    return ours ? `${FORM}: write ${ours}://` : isUnix ? `${FORM}: Unix sockets are not supported` : FORM
  }
  if (authority.includes('@')) {
    return `${FORM}, without a user name or password: use --username and --password-env`
  }
  const [, host = '', port] = /^(.*?)(?::([^:\]]*))?$/.exec(authority) ?? []
  if (!HOST.test(host)) return `${FORM}, such as mqtt://127.0.0.1:1883 or mqtt://[::1]:1883`
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    return `${FORM}, and a port from 1 to 65535`
  }
  if (scheme.startsWith('mqtt') && path !== '' && path !== '/') {
    return `${FORM}: a path is for ws:// and wss:// only`
  }
  return null
}

/** Whether the connection to an address is encrypted. */
export const usesTls = (url: string): boolean => /^(mqtts|wss):/.test(url)
