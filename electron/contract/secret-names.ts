/** Stands for the value of a secret. */
export const HIDDEN = '***'

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '))

/** Words that make a name that of a secret, wherever they stand in it. */
const SECRET = words(
  'auth authentication authorization bearer cookie cookies credential credentials creds hmac jwt pass passphrase passwd password pwd secret secrets session sessionid sid sig signature token tokens accesstoken authtoken idtoken',
)
/** The same for names that are written together: a key that opens something. */
const SECRET_KEYS = words('apikey accesskey authkey privatekey secretkey sharedkey')
/** What stands before `key` where it opens nothing. */
const PLAIN_KEYS = words('cache idempotency partition primary public routing sort')

/** The words of a name such as `X-Api-Key`, `access_token` or `accessToken`. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '')

/** Whether what has this name is a secret, as far as a name tells: by whole words, so that X-Author is none. */
export function isSecretName(name: string): boolean {
  const all = wordsOf(name)
  if (all.some((word) => SECRET.has(word) || SECRET_KEYS.has(word))) return true
  return all.at(-1) === 'key' && !PLAIN_KEYS.has(all.at(-2) ?? '')
}
