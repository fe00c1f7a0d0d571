/** Stands for the value of a secret. */
export const HIDDEN = '***'

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '))

/** Words that make a name that of a secret, wherever they stand in it. */
const SECRET = words(
  'auth authentication authorization bearer cookie cookies credential credentials creds hmac jwt pass passphrase session sid sig',
)
/** Ends of words that do so, since names are often written together: clientsecret, JSESSIONID. */
const SECRET_END =
  /(token|secret|password|passwd|pwd|signature|sessionid|(api|access|auth|private|secret|shared|signing)key)s?$/
/** What stands before `key` where it opens something, whatever follows. */
const SECRET_KEYS = words('access api private signing')
/** What stands before `key` where it opens nothing. */
const PLAIN_KEYS = words('cache idempotency partition primary public routing sort')

/** The words of a name such as `X-Api-Key`, `access_token` or `accessToken`. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '')

/** Whether what has this name is a secret, as far as a name tells: by whole words and their ends, so that X-Author is none. */
export function isSecretName(name: string): boolean {
  const all = wordsOf(name)
  if (all.some((word) => SECRET.has(word) || SECRET_END.test(word))) return true
  if (all.some((word, i) => /^keys?$/.test(word) && SECRET_KEYS.has(all[i - 1] ?? ''))) return true
  return all.at(-1) === 'key' && !PLAIN_KEYS.has(all.at(-2) ?? '')
}
