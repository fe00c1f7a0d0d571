import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import mqtt from 'mqtt'

/**
 * Real TCP: mosquitto in the one network namespace, pairs of a publisher and a subscriber in the other. Prints the latencies in
 * ms, from publish to arrival, as a JSON array. Started by `truth.ts` inside `lossy-path.py`; starts itself again for the clients.
 */

const [role, qosText, messagesText, gapText, pairsText] = process.argv.slice(2)
const qos = Number(qosText) as 0 | 1 | 2
const messages = Number(messagesText)
const gapMs = Number(gapText)
const pairs = Number(pairsText)
const { NET_A = '', NET_B = '', ADDRESS_A = '' } = process.env
/** How long the last messages may be on their way. */
const PATIENCE_MS = 60_000

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
    connectTimeout: PATIENCE_MS,
    protocolVersion: 4,
  })

const undelayed = (client: mqtt.MqttClient): void => {
  ;(client.stream as unknown as { setNoDelay?: (on: boolean) => void }).setNoDelay?.(true)
}

async function pair(n: number, latencies: number[]): Promise<void> {
  const [subscriber, publisher] = await Promise.all([connect(`s${n}`), connect(`p${n}`)])
  undelayed(subscriber)
  undelayed(publisher)
  await subscriber.subscribeAsync(`truth/${n}`, { qos })
  const sent = new Map<number, number>()
  subscriber.on('message', (_topic, payload) => {
    const at = sent.get(payload.readUInt32BE(0))
    if (at === undefined) return
    sent.delete(payload.readUInt32BE(0))
    latencies.push(performance.now() - at)
  })
  await wait(Math.random() * gapMs)
  const from = performance.now()
  for (let i = 0; i < messages; i++) {
    await wait(Math.max(0, from + i * gapMs - performance.now()))
    const payload = Buffer.alloc(60)
    payload.writeUInt32BE(i)
    sent.set(i, performance.now())
    publisher.publish(`truth/${n}`, payload, { qos })
  }
  const untilMs = performance.now() + PATIENCE_MS
  while (sent.size > 0 && performance.now() < untilMs) await wait(50)
  if (sent.size > 0) console.error(`pair ${n}: ${sent.size} of ${messages} messages did not come`)
}

async function clients(): Promise<void> {
  const latencies: number[] = []
  await Promise.all(Array.from({ length: pairs }, (_, n) => pair(n, latencies)))
  process.stdout.write(JSON.stringify(latencies), () => process.exit(0))
}

await (role === 'clients' ? clients() : server())
