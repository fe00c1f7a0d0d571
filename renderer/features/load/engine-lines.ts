/** A line of the engine as a text of the page. */
export interface SaidLine {
  /** End of the text's key `load.said.…`. */
  key: string
  values: Record<string, string>
  /** A part that is a line itself. */
  inner: string | null
}

/** Named groups are values; the group `why` is a line of its own. */
const PATTERNS: readonly (readonly [key: string, pattern: RegExp])[] = [
  ['cannotConnect', /^cannot connect to (?<url>\S+): (?<why>.*)$/],
  [
    'tooFew',
    /^only (?<n>\d+) of (?<all>\d+) clients were connected to (?<url>\S+) after (?<s>[\d.]+) s(?:: (?<why>.*))?; take fewer clients or a longer --connect-timeout or --ramp$/,
  ],
  [
    'lostAll',
    /^all connections to (?<url>\S+) are gone and none came back within (?<s>[\d.]+) s: (?<why>.*)$/,
  ],
  ['stoppedEarly', /^stopped before publishing began$/],
  ['stopped', /^stopped by the user$/],
  ['late', /^(?<n>\S+ %) of the messages left more than 10 ms late$/],
  ['busy', /^a worker was busy (?<n>\S+ %) of the time: give more workers or machines$/],
  ['heldUp', /^a worker was held up for (?<n>\d+) ms again and again$/],
  ['notAll', /^(?<n>\d+) of (?<all>\d+) clients were connected when the time for it was over$/],
  ['refused', /^connection refused: nothing listens there$/],
  ['reset', /^connection reset by the broker$/],
  ['noAnswer', /^no answer: host down or blocked by a firewall$/],
  ['noHost', /^host unreachable$/],
  ['noNetwork', /^network unreachable$/],
  ['noName', /^no such host name$/],
  ['noLookup', /^the host name could not be looked up$/],
  ['openFiles', /^the limit of open files of this process is reached \(ulimit -n\)$/],
  ['noPorts', /^no local address or port: .*$/],
  ['selfSigned', /^the certificate (?:is|chain is) self-signed: .*--ca-file$/],
  ['unknownCa', /^the certificate is signed by an unknown CA: .*--ca-file$/],
  ['expired', /^the certificate has expired$/],
  ['otherHost', /^the certificate is for another host name: .*--server-name$/],
  ['wantsCert', /^the broker wants a client certificate: .*$/],
  ['noTls', /^the broker does not speak TLS on this port: .*$/],
  ['login', /^(?<code>.*(?:password|authorized)[^;]*); check --username and --password-env$/],
  ['version', /^(?<code>.*protocol version[^;]*); try --protocol 3\.1\.1 or 5\.0$/],
  ['noFile', /^expected a file of the computer the engine runs on that it may read$/],
  ['noPem', /^expected a file in PEM form$/],
  ['noEnv', /^expected the name of an environment variable the engine was started with$/],
]

/** A line of the engine taken apart, so that the page can say it in its language; null for one it does not know. */
export function readLine(line: string): SaidLine | null {
  for (const [key, pattern] of PATTERNS) {
    const found = pattern.exec(line)
    if (!found) continue
    const { why, ...values } = { ...found.groups } as Record<string, string | undefined>
    const given = Object.entries(values).filter((e): e is [string, string] => e[1] !== undefined)
    return { key, values: Object.fromEntries(given), inner: why ?? null }
  }
  return null
}

/** Every key, for the texts' test. */
export const LINE_KEYS = PATTERNS.map(([key]) => key)
