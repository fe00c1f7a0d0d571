import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import mqtt from 'mqtt'
import type { Arrived } from './model'

/**
 * Real TCP: mosquitto in the one network namespace, pairs of a publisher and a subscriber in the other. Prints `Arrived` of
 * each message that came as a JSON array. Started by `truth.ts` inside `lossy-path.py`; starts itself again for the clients.
 */

const [role, qosText, messagesText, gapText, pairsText, patienceText] = process.argv.slice(2)
const qos = Number(qosText) as 0 | 1 | 2
const messages = Number(messagesText)
const gapMs = Number(gapText)
const pairs = Number(pairsText)
/** How long the last messages may be on their way. */
const patienceMs = Number(patienceText)
const { NET_A = '', NET_B = '', ADDRESS_A = '', CARRIER = '' } = process.env
const CONNECT_MS = 60_000

const CONF = `listener 1883 0.0.0.0
allow_anonymous true
set_tcp_nodelay true
max_inflight_messages 0
max_queued_messages 0
`

async function server(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fleetlab-truth-'))
  const conf = join(folder, 'mosquitto.conf')
  await writeFile(conf, CONF)
  const broker = spawn('ip', ['netns', 'exec', NET_A, 'mosquitto', '-c', conf], { stdio: 'ignore' })
  await wait(1000)
  const self = [...process.execArgv, process.argv[1] ?? '', 'clients', ...process.argv.slice(3)]
  const clients = spawn('ip', ['netns', 'exec', NET_B, process.execPath, ...self], { stdio: 'inherit' })
  const code = await new Promise<number>((resolve) => clients.once('exit', (c) => resolve(c ?? 1)))
  broker.kill()
  await rm(folder, { recursive: true })
  process.exitCode = code
}

const connect = (clientId: string): Promise<mqtt.MqttClient> =>
  mqtt.connectAsync({
    host: ADDRESS_A,
    port: 1883,
    clientId,
    keepalive: 0,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_MS,
    protocolVersion: 4,
  })

const undelayed = (client: mqtt.MqttClient): void => {
  ;(client.stream as unknown as { setNoDelay?: (on: boolean) => void }).setNoDelay?.(true)
}

type Pair = Record<'subscriber' | 'publisher', mqtt.MqttClient>

async function connectPair(n: number): Promise<Pair> {
  const [subscriber, publisher] = await Promise.all([connect(`s${n}`), connect(`p${n}`)])
  undelayed(subscriber)
  undelayed(publisher)
  await subscriber.subscribeAsync(`truth/${n}`, { qos })
  return { subscriber, publisher }
}

async function exchange({ subscriber, publisher }: Pair, n: number, arrived: Arrived[]): Promise<void> {
  await wait(Math.random() * gapMs)
  const from = performance.now()
  const sent = new Map<number, number>()
  subscriber.on('message', (_topic, payload) => {
    const at = sent.get(payload.readUInt32BE(0))
    if (at === undefined) return
    sent.delete(payload.readUInt32BE(0))
    arrived.push([at - from, performance.now() - at])
  })
  for (let i = 0; i < messages; i++) {
    await wait(Math.max(0, from + i * gapMs - performance.now()))
    const payload = Buffer.alloc(60)
    payload.writeUInt32BE(i)
    sent.set(i, performance.now())
    publisher.publish(`truth/${n}`, payload, { qos })
  }
  const untilMs = from + messages * gapMs + patienceMs
  while (sent.size > 0 && performance.now() < untilMs) await wait(50)
  if (sent.size > 0 && patienceMs > 0)
    console.error(`pair ${n}: ${sent.size} of ${messages} messages did not come`)
}

async function clients(): Promise<void> {
  const all = await Promise.all(Array.from({ length: pairs }, (_, n) => connectPair(n)))
  process.kill(Number(CARRIER), 'SIGUSR1')
  const arrived: Arrived[] = []
  await Promise.all(all.map((pair, n) => exchange(pair, n, arrived)))
  process.stdout.write(JSON.stringify(arrived), () => process.exit(0))
}

await (role === 'clients' ? clients() : server())
