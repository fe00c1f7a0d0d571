import { Abuser, encode } from './abuser'

/** One way to abuse a broker. */
export interface Kind {
  does: string
  /** @param n number of the abuser among those of its kind */
  start(port: number, n: number): void
}

const levels = (n: number, level = 'a'): string => Array.from({ length: n }, () => level).join('/')
export const subscribe = (topics: readonly string[], qos: 0 | 1 | 2 = 0, messageId = 1): Buffer =>
  encode({ cmd: 'subscribe', messageId, subscriptions: topics.map((topic) => ({ topic, qos })) })
export const publish = (
  topic: string,
  payload: Buffer | string,
  qos: 0 | 1 | 2 = 0,
  messageId = 1,
  retain = false,
): Buffer => encode({ cmd: 'publish', topic, payload, qos, messageId, dup: false, retain })
const times = (n: number, bytes: Buffer): Buffer => Buffer.concat(Array.from({ length: n }, () => bytes))

export function* forever(bytes: Buffer | ((i: number) => Buffer)): Iterator<Buffer> {
  for (let i = 0; ; i++) yield typeof bytes === 'function' ? bytes(i) : bytes
}

/** First some things once, then one of them over and over. */
function* after(first: readonly Buffer[], then: Iterator<Buffer | null>): Iterator<Buffer | null> {
  yield* first
  for (let step = then.next(); step.done !== true; step = then.next()) yield step.value
}

function* wildcards(): Iterator<Buffer | null> {
  const all = Array.from({ length: 8192 }, (_, n) =>
    Array.from({ length: 13 }, (_, i) => (((n >> i) & 1) === 0 ? 'a' : '+')).join('/'),
  )
  for (let i = 0; i < all.length; i += 256) yield subscribe(all.slice(i, i + 256), 0, 1 + i)
  yield* { [Symbol.iterator]: () => forever(publish(levels(13), 'x')) }
}

/** A persistent session that is left, and messages of two megabytes of user properties for it. */
function properties(port: number, n: number): void {
  const topic = `absent/${n}`
  const hello = { clean: false, protocolVersion: 5 as const, properties: { sessionExpiryInterval: 3600 } }
  new Abuser(port, { clientId: `absent${n}`, ...hello }, true, () =>
    [
      encode({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1 }] }, 5),
      encode({ cmd: 'disconnect' }, 5),
    ].values(),
  )
  const big = 'x'.repeat(60_000)
  const userProperties = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`${i}${big}`, big]))
  const packet = (i: number): Buffer =>
    encode(
      {
        cmd: 'publish',
        topic,
        payload: '',
        qos: 1,
        messageId: 1 + (i % 60_000),
        dup: false,
        retain: false,
        properties: { userProperties },
      },
      5,
    )
  const ready = packet(0)
  new Abuser(port, { clientId: `properties${n}`, protocolVersion: 5 }, true, () => forever(ready))
}

let sessions = 0
/** One new persistent session after the other, each left with a subscription, and a message to all of them. */
function absent(port: number, n: number): void {
  const next = (): void => {
    const clientId = `left${n}-${++sessions}`
    const steps = [subscribe(['left/#'], 1), null, encode({ cmd: 'disconnect' })]
    new Abuser(
      port,
      { clientId, clean: false },
      true,
      () => steps.values(),
      () => setTimeout(next, 20),
    )
  }
  next()
  new Abuser(port, { clientId: `tells${n}` }, true, function* () {
    for (let i = 0; ; i++) {
      yield publish('left/x', 'y'.repeat(100), 1, 1 + (i % 60_000))
      yield null
    }
  })
}

const unread = (bytes: (n: number) => Buffer) => (port: number, n: number) => {
  new Abuser(port, { clientId: `unread-${process.hrtime.bigint()}-${n}` }, false, () => forever(bytes(n)))
}

function retained(port: number, n: number): void {
  const store = Array.from({ length: 2000 }, (_, i) => publish(`store${n * 2000 + i}/y`, 'v', 0, 1, true))
  const ask = subscribe(Array.from({ length: 2000 }, () => '+/z'))
  new Abuser(port, { clientId: `retained${n}` }, true, () => after(store, forever(ask)))
}

function sleepers(port: number, n: number): void {
  const topic = `sleep/${n}`
  for (let i = 0; i < 5; i++) {
    new Abuser(port, { clientId: `sleeper${n}-${i}` }, false, () => [subscribe([topic], 2)].values())
  }
  const payload = Buffer.alloc(1000)
  const message = (i: number): Buffer => {
    const messageId = 1 + (i % 60_000)
    return Buffer.concat([publish(topic, payload, 2, messageId), encode({ cmd: 'pubrel', messageId })])
  }
  new Abuser(port, { clientId: `wakes${n}` }, true, () => forever(message))
}

const PINGREQ = Buffer.from([0xc0, 0])

/** By name, as `--kinds` takes them. */
export const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  [
    'levels',
    {
      does: 'filters of 32,768 levels, 16 in a SUBSCRIBE',
      start: (port, n) => {
        const bytes = subscribe(Array.from({ length: 16 }, (_, i) => levels(32_767, String(i % 10))))
        new Abuser(port, { clientId: `levels${n}` }, true, () => forever(bytes))
      },
    },
  ],
  [
    'wildcards',
    {
      does: '8,192 filters over {a, +} at 13 levels, and messages that match all of them',
      start: (port, n) => {
        new Abuser(port, { clientId: `wildcards${n}` }, true, wildcards)
      },
    },
  ],
  ['properties', { does: 'messages of 2 MB of user properties to an absent session', start: properties }],
  ['absent', { does: 'ever more absent sessions, and messages to all of them', start: absent }],
  [
    'unread-suback',
    { does: 'SUBSCRIBE without end, no answer is read', start: unread(() => times(200, subscribe(['a/b']))) },
  ],
  [
    'unread-pubcomp',
    {
      does: 'PUBREL without end, no answer is read',
      start: unread(() => times(2000, encode({ cmd: 'pubrel', messageId: 7 }))),
    },
  ],
  [
    'unread-ping',
    { does: 'PINGREQ without end, no answer is read', start: unread(() => times(8000, PINGREQ)) },
  ],
  [
    'retained',
    { does: '2,000 filters +/z in a SUBSCRIBE over 2,000 retained messages of each', start: retained },
  ],
  [
    'flood',
    {
      does: 'messages at QoS 0 as fast as they are taken',
      start: (port, n) => {
        const bytes = times(100, publish(`flood/${n}`, 'x'.repeat(50)))
        new Abuser(port, { clientId: `flood${n}` }, true, () => forever(bytes))
      },
    },
  ],
  ['sleepers', { does: 'five subscribers at QoS 2 that never read, and messages for them', start: sleepers }],
  [
    'ping',
    {
      does: 'PINGREQ as fast as it is taken',
      start: (port, n) => {
        new Abuser(port, { clientId: `ping${n}` }, true, () => forever(times(8000, PINGREQ)))
      },
    },
  ],
])
