import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { constants, cpus, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundle } from './bundle'
import { NODE_FLAGS, wait } from './settings'
import { KINDS } from './soak/kinds'
import { LIGHTER } from './soak/lighter'
import type { Seen } from './soak/bystanders'

/**
 * `npm run soak`: 200 well-behaved clients of a broker beside ten abusers of each kind, for an hour or `--minutes`.
 * Broker, abusers and well-behaved clients are processes of their own; the abusers have the lowest priority, so that on
 * few cores the time they take is not measured as the broker's. `--log` keeps what our broker says. Then the same beside
 * mosquitto, where it is installed.
 */
const CLIENTS = 200
const MOST_P99_MS = 50
const MOST_RSS_MB = 1024
const SETTLE_MS = 2000
const LOOK_MS = 5 * 60_000

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    abusers: { type: 'string', default: '10' },
    kinds: { type: 'string' },
    only: { type: 'string' },
    profile: { type: 'string' },
    log: { type: 'string' },
    help: { type: 'boolean' },
  },
})
const minutes = Number(values.minutes)
const abusers = Number(values.abusers)
const kinds = values.kinds?.split(',') ?? [...KINDS.keys()]
const wrong = kinds.filter((k) => !KINDS.has(k) && !LIGHTER.has(k))
if (values.help === true || !(minutes > 0) || !(abusers >= 0) || wrong.length > 0) {
  const table = (of: typeof KINDS): string =>
    Array.from(of, ([name, { does }]) => `  ${name.padEnd(16)}${does}`).join('\n')
  console.log(
    'npm run soak -- [--minutes 60] [--abusers 10] [--kinds a,b] [--only fleetlab|mosquitto] [--profile FOLDER] [--log FILE]',
  )
  console.log(`kinds:\n${table(KINDS)}\nonly when they are named:\n${table(LIGHTER)}`)
  process.exit(values.help === true ? 0 : 2)
}

interface Row extends Seen {
  name: string
  rssMb: number
}
type Started = { child: ChildProcess; port: number; stop(): Promise<void> }

/** Memory of a process in MiB, as Linux tells it; 0 where it does not. */
function rssMb(pid: number | undefined): number {
  try {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(line?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  const killing = setTimeout(() => child.kill('SIGKILL'), 5000)
  await exit
  clearTimeout(killing)
}

async function startFleetlab(script: string): Promise<Started> {
  const profile =
    values.profile === undefined
      ? []
      : ['--cpu-prof', '--cpu-prof-interval=500', `--cpu-prof-dir=${values.profile}`]
  const args = [...NODE_FLAGS, ...profile, script, 'broker', '--port', '0']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  if (values.log === undefined) child.stderr.resume()
  else child.stderr.pipe(createWriteStream(values.log))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  child.stdout.resume()
  return { child, port: Number(/:(\d+)/.exec(line.toString())?.[1]), stop: () => stopped(child) }
}

async function startMosquitto(): Promise<Started | null> {
  const folder = await mkdtemp(join(tmpdir(), 'fleetlab-soak-'))
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  await writeFile(join(folder, 'm.conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\n`)
  const child = spawn('mosquitto', ['-c', join(folder, 'm.conf')], { stdio: 'ignore' })
  const failed = await Promise.race([once(child, 'error').then(() => true), wait(1000).then(() => false)])
  const stop = async (): Promise<void> => {
    if (!failed) await stopped(child)
    await rm(folder, { recursive: true })
  }
  if (!failed) return { child, port, stop }
  await stop()
  return null
}

async function measure(name: string, broker: Started, path: (script: string) => string): Promise<Row> {
  const well = fork(path('bystanders.ts'), [String(broker.port), String(CLIENTS)])
  await once(well, 'message')
  const bad = fork(path('abusers.ts'), [String(broker.port), String(abusers), kinds.join(',')])
  setPriority(bad.pid as number, constants.priority.PRIORITY_LOW)
  let most = 0
  const watch = setInterval(() => (most = Math.max(most, rssMb(broker.child.pid))), 200)
  await wait(SETTLE_MS)
  well.send('begin')
  const ask = async (what: string): Promise<Seen> => {
    const answer = once(well, 'message') as Promise<[Seen]>
    well.send(what)
    return (await answer)[0]
  }
  for (let past = 0; past < minutes * 60_000; past += LOOK_MS) {
    if (past > 0) sayHowItGoes(past, await ask('look'), most)
    await wait(Math.min(LOOK_MS, minutes * 60_000 - past))
  }
  const seen = await ask('end')
  clearInterval(watch)
  await Promise.all([stopped(bad), stopped(well)])
  return { name, rssMb: most, ...seen }
}

const ms = (n: number): string => n.toFixed(1)

function sayHowItGoes(pastMs: number, seen: Seen, mostMb: number): void {
  console.log(
    `${pastMs / 60_000} min: p50 ${ms(seen.p50)} ms, p99 ${ms(seen.p99)} ms, max ${ms(seen.max)} ms, ${seen.long} over 50 ms; memory at most ${mostMb.toFixed(0)} MiB`,
  )
}
const COLUMNS: readonly [string, (row: Row) => string][] = [
  ['broker', (r) => r.name],
  ['p50 ms', (r) => ms(r.p50)],
  ['p99 ms', (r) => ms(r.p99)],
  ['max ms', (r) => ms(r.max)],
  ['over 50 ms', (r) => String(r.long)],
  ['connect p99 ms', (r) => ms(r.connectP99)],
  ['own loop p99 ms', (r) => ms(r.loopP99)],
  ['own loop max ms', (r) => ms(r.loopMax)],
  ['messages', (r) => String(r.arrived)],
  ['missing QoS 0', (r) => String(r.lost[0])],
  ['missing QoS 1', (r) => String(r.lost[1])],
  ['missing QoS 2', (r) => String(r.lost[2])],
  ['twice QoS 2', (r) => String(r.twice)],
  ['cut', (r) => String(r.cut)],
  ['memory MiB', (r) => r.rssMb.toFixed(0)],
]

function print(rows: readonly Row[]): void {
  const cells = [COLUMNS.map(([head]) => head), ...rows.map((row) => COLUMNS.map(([, cell]) => cell(row)))]
  const widths = COLUMNS.map((_, i) => Math.max(...cells.map((line) => (line[i] ?? '').length)))
  for (const line of cells) {
    console.log(
      line
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  '),
    )
  }
}

/** What of a row breaks a promise. */
function broken(r: Row): string[] {
  return [
    r.p99 > MOST_P99_MS ? `p99 ${ms(r.p99)} ms is over ${MOST_P99_MS}` : '',
    r.rssMb > MOST_RSS_MB ? `memory ${r.rssMb.toFixed(0)} MiB is over ${MOST_RSS_MB}` : '',
    r.lost[1] + r.lost[2] + r.twice > 0 ? 'messages at QoS 1 or 2 are missing or came twice' : '',
    r.cut > 0 ? `${r.cut} well-behaved clients were cut` : '',
  ].filter((s) => s !== '')
}

console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`)
console.log(`${minutes} min, ${CLIENTS} well-behaved clients, ${abusers} of each of: ${kinds.join(', ')}\n`)
const built = await bundle(['../electron/cli/main.ts', 'soak/bystanders.ts', 'soak/abusers.ts'])
const rows: Row[] = []
try {
  const starts = {
    fleetlab: () => startFleetlab(built.path('main.ts')),
    mosquitto: startMosquitto,
  }
  for (const [name, start] of Object.entries(starts)) {
    if (values.only !== undefined && values.only !== name) continue
    const broker = await start()
    if (broker === null) {
      console.log(`${name} is not installed`)
      continue
    }
    rows.push(await measure(name, broker, (script) => built.path(script)))
    await broker.stop()
  }
} finally {
  await rm(built.folder, { recursive: true })
}
print(rows)
console.log('missing: not arrived 15 s after the last was sent')
for (const why of rows.filter((r) => r.name === 'fleetlab').flatMap(broken)) {
  console.log(`NOT KEPT: ${why}`)
  process.exitCode = 1
}
