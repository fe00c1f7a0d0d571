import { monitorEventLoopDelay } from 'node:perf_hooks'
import { connectAsync, type MqttClient } from 'mqtt'
import { build, type Histogram } from 'hdr-histogram-js'

/** What the well-behaved clients saw. Times in ms. */
export interface Seen {
  p50: number
  p99: number
  max: number
  /** Messages that took longer than `LONG_MS`. */
  long: number
  /** Time from the socket to CONNACK of a new client, one each second. */
  connectP99: number
  /** How late this process was itself: what of the times is not the broker's. */
  loopP99: number
  loopMax: number
  arrived: number
  /** By QoS: published, and not arrived 15 s after the last was. */
  lost: [number, number, number]
  /** Arrived more than once at QoS 2. */
  twice: number
  /** Clients whose connection ended. */
  cut: number
}

/** `bystanders PORT CLIENTS`: pairs of clients at QoS 0, 1 and 2 in turn, each with two messages per second. */
const [port, clients] = process.argv.slice(2).map(Number) as [number, number]
const EVERY_MS = 500
const GRACE_MS = 15_000
const LONG_MS = 50

const times = build({
  lowestDiscernibleValue: 1,
  highestTrackableValue: 600_000_000,
  numberOfSignificantValueDigits: 3,
})
const connects = build({
  lowestDiscernibleValue: 1,
  highestTrackableValue: 600_000_000,
  numberOfSignificantValueDigits: 3,
})
const loop = monitorEventLoopDelay({ resolution: 5 })
let measuring = false
let ending = false
let arrived = 0
let long = 0
let twice = 0
let cut = 0

interface Pair {
  qos: 0 | 1 | 2
  publisher: MqttClient
  sent: number
  /** When what has not arrived was sent, by number. */
  open: Map<number, number>
}

const url = `mqtt://127.0.0.1:${port}`

async function join(clientId: string): Promise<MqttClient> {
  const c = await connectAsync(url, { clientId, reconnectPeriod: 0, keepalive: 60, connectTimeout: 60_000 })
  c.on('error', () => undefined)
  c.on('close', () => {
    if (!ending) cut++
  })
  return c
}

async function pair(n: number): Promise<Pair> {
  const qos = (n % 3) as 0 | 1 | 2
  const [publisher, subscriber] = await Promise.all([join(`well-p${n}`), join(`well-s${n}`)])
  const p: Pair = { qos, publisher, sent: 0, open: new Map() }
  subscriber.on('message', (_topic, payload) => arrive(p, payload))
  await subscriber.subscribeAsync(`well/${n}`, { qos })
  return p
}

function arrive(p: Pair, payload: Buffer): void {
  const number = payload.readUInt32BE(0)
  const sentMs = p.open.get(number)
  if (sentMs === undefined) {
    if (p.qos === 2) twice++
    return
  }
  p.open.delete(number)
  arrived++
  if (measuring) took(performance.now() - sentMs)
}

function took(ms: number): void {
  if (ms > LONG_MS) long++
  times.recordValue(Math.max(1, Math.round(ms * 1000)))
}

function publish(p: Pair, topic: string): void {
  if (!p.publisher.connected) return
  const payload = Buffer.alloc(64)
  payload.writeUInt32BE(++p.sent, 0)
  p.open.set(p.sent, performance.now())
  p.publisher.publish(topic, payload, { qos: p.qos }, () => undefined)
}

let visitors = 0
async function visit(): Promise<void> {
  const beganMs = performance.now()
  try {
    const c = await connectAsync(url, {
      clientId: `visitor${++visitors}`,
      reconnectPeriod: 0,
      connectTimeout: 60_000,
    })
    if (measuring) connects.recordValue(Math.max(1, Math.round((performance.now() - beganMs) * 1000)))
    await c.endAsync()
  } catch {
    connects.recordValue(60_000_000)
  }
}

const at = (h: Histogram, percentile: number): number =>
  h.totalCount === 0 ? NaN : h.getValueAtPercentile(percentile) / 1000

async function end(pairs: readonly Pair[]): Promise<Seen> {
  const untilMs = performance.now() + GRACE_MS
  const open = (): number => pairs.reduce((sum, p) => sum + p.open.size, 0)
  while (open() > 0 && performance.now() < untilMs) await new Promise((r) => setTimeout(r, 100))
  // What never came counts with its age.
  for (const p of pairs) for (const sentMs of p.open.values()) took(performance.now() - sentMs)
  const lostAt = (qos: number): number =>
    pairs.filter((p) => p.qos === qos).reduce((sum, p) => sum + p.open.size, 0)
  return { ...soFar(), lost: [lostAt(0), lostAt(1), lostAt(2)] }
}

/** Of what has arrived. */
function soFar(): Omit<Seen, 'lost'> {
  return {
    p50: at(times, 50),
    p99: at(times, 99),
    max: at(times, 100),
    long,
    connectP99: at(connects, 99),
    loopP99: loop.percentile(99) / 1e6 - 5,
    loopMax: loop.max / 1e6 - 5,
    arrived,
    twice,
    cut,
  }
}

const pairs: Pair[] = []
for (let n = 0; n < clients / 2; n++) pairs.push(await pair(n))
process.send?.('ready')
const timers: NodeJS.Timeout[] = []
process.on('message', (what) => {
  if (what === 'begin') {
    measuring = true
    loop.enable()
    // Spread over the interval, so that a burst of their own is not what is measured.
    pairs.forEach((p, n) => {
      const begin = (): void => {
        timers.push(setInterval(() => publish(p, `well/${n}`), EVERY_MS))
      }
      timers.push(setTimeout(begin, (n * EVERY_MS) / pairs.length))
    })
    timers.push(setInterval(() => void visit(), 1000))
  } else if (what === 'look') {
    process.send?.(soFar())
  } else {
    timers.forEach((t) => clearInterval(t))
    loop.disable()
    void end(pairs).then((seen) => {
      ending = true
      process.send?.(seen)
    })
  }
})
process.on('disconnect', () => process.exit())
