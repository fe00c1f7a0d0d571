import { atOnce } from '../../electron/engine/base/slices'
import { Kept } from '../../electron/engine/simulation/broker/kept'
import { Message } from '../../electron/engine/simulation/broker/message'
import { RetainedStore } from '../../electron/engine/simulation/broker/retained'
import { Router } from '../../electron/engine/simulation/broker/router'
import { Sessions } from '../../electron/engine/simulation/broker/sessions'
import { DEFAULT_LIMITS } from '../../electron/engine/simulation/broker/types'
import { ALONE, request } from './kept-alone'
import { ManualClock } from './manual-clock'

/** Bytes in use, of objects and of buffers. */
function inUse(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function parts() {
  const limits = { ...DEFAULT_LIMITS, queueMessages: 1e6, subscriptionsPerClient: 1e6 }
  const router = new Router()
  const kept: Kept = new Kept(limits, ALONE)
  const sessions = new Sessions({
    router,
    outbox: { kept, nowMs: () => 0, warn: () => undefined, removeExpired: () => undefined },
    publishWill: () => undefined,
    willWithdrawn: () => undefined,
    later: (_session, steps) => atOnce(steps),
  })
  const retained = new RetainedStore(
    () => 0,
    kept,
    () => undefined,
  )
  const clock = new ManualClock()
  const open = (id: string) => sessions.open(id, false, Infinity, clock).session
  return { kept, sessions, retained, open }
}

/** As it comes from a socket: views on a larger buffer. */
function message(id: number, topic: string, bytes: number, publisher = 'p'): Message {
  const chunk = Buffer.alloc(topic.length + bytes + 100)
  const topicBytes = chunk.subarray(4, 4 + chunk.write(topic, 4))
  const payload = chunk.subarray(4 + topicBytes.length, 4 + topicBytes.length + bytes)
  return new Message({ id, topic, topicBytes, payload, qos: 1, retain: true, publisher })
}

type Parts = ReturnType<typeof parts>
const FILLS: [string, number, (p: Parts, n: number) => void][] = [
  ['sessions', 20_000, ({ open }, n) => void open(`device-${n}`)],
  [
    'subscriptions',
    20_000,
    ({ open, sessions }, n) => {
      const session = sessions.get('s') ?? open('s')
      sessions.subscribe(session, request(`home/room-${n % 100}/sensor-${n}/+`), 1)
    },
  ],
  [
    'messages in a queue',
    20_000,
    ({ open, sessions }, n) => {
      const session = sessions.get('s') ?? open('s')
      session.outbox.deliver({ message: message(n, `home/${n}`, 50), qos: 1, retain: false, ids: [] })
    },
  ],
  [
    'retained messages',
    20_000,
    ({ retained }, n) => retained.store(message(n, `home/room-${n % 100}/${n}`, 50)),
  ],
  ['large retained messages', 500, ({ retained }, n) => retained.store(message(n, `home/${n}`, 50_000))],
]

/**
 * `node --expose-gc --import tsx cost-of-kept.ts`: what the broker counts as kept, over the memory that it takes, for each kind
 * of thing, as JSON. A process of its own, where nothing else comes and goes.
 */
const ratios: Record<string, number> = {}
/** So that nothing of one fill becomes garbage while the next is measured. */
const held: Parts[] = []
for (const [name, count, fill] of FILLS) {
  const p = parts()
  held.push(p)
  const before = inUse()
  for (let n = 1; n <= count; n++) fill(p, n)
  const taken = inUse() - before
  const { queues, retained, subscriptions, sessions } = p.kept.bytes()
  ratios[name] = (queues + retained + subscriptions + sessions) / taken
}
console.log(JSON.stringify(ratios))
