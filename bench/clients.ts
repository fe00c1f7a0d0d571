import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { ensureBuilt } from '../scripts/build-once.mjs'
import { readMachineLimits } from '../electron/engine/load/run/limits'
import { freePort, listening } from '../test/helpers/mosquitto'
import { memoryMib } from './process-use'
import { NODE_FLAGS } from './settings'

/**
 * `npm run bench:clients`: so many clients connected from this machine, and held with their keep-alive. A process has so many open
 * files and no more, so brokers and generators are several of each: a broker on each loopback address from 127.0.0.2 on, and a shard for each.
 */
const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '100000' },
    minutes: { type: 'string', default: '5' },
    broker: { type: 'string', default: 'mosquitto' },
    'keep-alive': { type: 'string', default: '60' },
  },
})
const clients = Number(values.clients)
const minutes = Number(values.minutes)
const keepAliveS = Number(values['keep-alive'])
if (
  !Number.isInteger(clients) ||
  clients < 1 ||
  !(minutes > 0) ||
  !(keepAliveS > 0 && keepAliveS <= 65_535) ||
  !/^(mosquitto|fleetlab)$/.test(values.broker)
) {
  console.log(
    'npm run bench:clients -- [--clients 100000] [--minutes 5] [--broker mosquitto|fleetlab] [--keep-alive 60]',
  )
  process.exit(2)
}

const MOST_CONNECT_S = 60
const WANTED_KIB = 10
/** Files of a process that are no connections. */
const SPARE = 500
/** More than a session counts for that has no subscription. */
const SESSION_BYTES = 2048
/** Linux searches ever longer for a free port when more of an address's are taken. */
const CLIENTS_PER_LOCAL_ADDRESS = 7000
const cli = join(import.meta.dirname, '../out/main/cli.js')
const folder = mkdtempSync(join(tmpdir(), 'fleetlab-clients-'))

const reportSchema = z.object({
  connections: z.object({
    planned: z.number(),
    established: z.number(),
    lost: z.number(),
    elapsedMs: z.number(),
  }),
})

interface Broker {
  child: ChildProcess
  url: string
  idleMib: number
}

async function startBroker(n: number): Promise<Broker> {
  const address = `127.0.0.${n + 2}`
  const port = await freePort()
  const child = values.broker === 'mosquitto' ? mosquitto(address, port) : own(address, port)
  await listening(port, address)
  return { child, url: `mqtt://${address}:${port}`, idleMib: memoryMib(child.pid as number) }
}

function mosquitto(address: string, port: number): ChildProcess {
  const file = join(folder, `${address}.conf`)
  const lines = [
    `listener ${port} ${address}`,
    'allow_anonymous true',
    'persistence false',
    'log_type none',
    'user root',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return spawn('mosquitto', ['-c', file], { stdio: 'ignore' })
}

/** The embedded broker; its defaults are made for a class, which all clients at once in one process are not. */
function own(address: string, port: number): ChildProcess {
  const file = join(folder, `${address}.json`)
  const limits = {
    clients,
    sessionBytes: clients * SESSION_BYTES,
    connectionsPerSecond: 1_000_000,
    connectionsPerAddress: 1_000_000,
  }
  const broker = { kind: 'embedded', host: address, port, fixedPort: true, limits }
  writeFileSync(file, JSON.stringify({ version: 1, name: 'clients', broker, groups: [] }))
  return spawn(process.execPath, [...NODE_FLAGS, cli, 'broker', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** Starts the collector; resolves with the address for shards. */
async function startCollector(json: string): Promise<{ child: ChildProcess; url: string; said(): string }> {
  const args = [cli, 'load', 'watch', '--listen', `127.0.0.1:${await freePort()}`, '--json', json]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  const url = await new Promise<string>((done, fail) => {
    const read = (data: Buffer): void => {
      text += data.toString()
      const found = /ws:\/\/\S+/.exec(text)
      if (found) done(found[0])
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', () => fail(new Error(`load watch: ${text}`)))
  })
  return { child, url, said: () => text }
}

function startShard(i: number, of: number, config: string, url: string): ChildProcess {
  const args = [
    '--max-semi-space-size=16',
    cli,
    'load',
    '--config',
    config,
    '--shard',
    `${i}/${of}`,
    '--report-to',
    url,
  ]
  return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

const sumMib = (children: readonly ChildProcess[]): number =>
  children.reduce((sum, c) => sum + memoryMib(c.pid as number), 0)

function say(what: string, measured: string, kept: boolean | null): void {
  console.log(`${what.padEnd(48)}${measured}${kept === null ? '' : kept ? ': kept' : ': NOT KEPT'}`)
  if (kept === false) process.exitCode = 1
}

async function measure(brokers: readonly Broker[]): Promise<void> {
  const locals = Math.ceil(clients / CLIENTS_PER_LOCAL_ADDRESS)
  const config = join(folder, 'load.json')
  const seconds = Math.ceil(minutes * 60)
  writeFileSync(
    config,
    JSON.stringify({
      url: brokers.map((b) => b.url).join(','),
      publishers: clients,
      subscribers: 0,
      executor: 'connection-storm',
      'connect-rate': 'max',
      'connect-timeout': '300s',
      duration: `${seconds}s`,
      'keep-alive': `${keepAliveS}s`,
      workers: 1,
      'local-address': Array.from({ length: locals }, (_, i) => `127.0.1.${i + 1}`).join(','),
    }),
  )
  const json = join(folder, 'report.json')
  const collector = await startCollector(json)
  const shards = brokers.map((_, i) => startShard(i, brokers.length, config, collector.url))
  const ended = once(collector.child, 'exit')
  const held = { generator: 0, broker: 0 }
  const watch = setInterval(() => {
    held.generator = Math.max(held.generator, sumMib(shards.filter((s) => s.exitCode === null)))
    held.broker = Math.max(held.broker, sumMib(brokers.map((b) => b.child)))
  }, 5000)
  await ended
  clearInterval(watch)
  if (!existsSync(json)) throw new Error(`load watch wrote no report: ${collector.said()}`)
  const { connections: c } = reportSchema.parse(JSON.parse(readFileSync(json, 'utf8')))
  const idle = brokers.reduce((sum, b) => sum + b.idleMib, 0)
  const each = (mib: number): string =>
    `${((mib * 1024) / clients).toFixed(1)} KiB per client (${mib.toFixed(0)} MiB)`
  const connectS = c.elapsedMs / 1000
  say(
    'connected',
    `${c.established} of ${c.planned} in ${connectS.toFixed(1)} s, at most ${MOST_CONNECT_S}`,
    c.established === clients && connectS < MOST_CONNECT_S,
  )
  say(`lost in ${minutes} min with a keep-alive of ${keepAliveS} s`, String(c.lost), c.lost === 0)
  say(`memory of ${brokers.length} generators, ${WANTED_KIB} wanted`, each(held.generator), null)
  say(`memory of ${brokers.length} brokers beyond what they had before`, each(held.broker - idle), null)
}

await ensureBuilt(console.log)
const files = readMachineLimits().openFiles ?? Infinity
const parts = Math.ceil(clients / Math.max(1, files - SPARE))
console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`)
console.log(
  `${clients} clients, ${parts} x ${values.broker}: a process may have ${files} open files here (ulimit -Hn, or LimitNOFILE of a service, lifts it)\n`,
)
const brokers: Broker[] = []
try {
  for (let n = 0; n < parts; n++) brokers.push(await startBroker(n))
  await measure(brokers)
} finally {
  for (const b of brokers) b.child.kill()
  rmSync(folder, { recursive: true, force: true })
}
