import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'

/**
 * The load generator beside 100 processes of `mosquitto_pub -l`, both against the same mosquitto on loopback, one
 * after the other for each QoS. CPU is each side's own, user and system; the broker's is not in it. Both are timed
 * until the broker has read everything: at QoS 0 `mosquitto_pub` itself ends while its messages still lie in the
 * kernel's buffers, so the sockets' queues are watched until they are empty.
 */
const CLIENTS = 100
const BYTES = 64
/** QoS 0 is fast: more messages make its time long enough to measure. */
const MESSAGES = [2_000_000, 200_000, 200_000]
const root = join(import.meta.dirname, '..')
/** CPU microseconds per message that the design allows, by QoS. */
const LIMITS = [3, 8, 16]

interface Result {
  rate: number
  cpuMicros: number
}

const reportSchema = z.object({
  publishRate: z.number(),
  acknowledged: z.number(),
  generator: z.object({
    cpuMicrosPerMessage: z.number(),
    saturated: z.boolean(),
    maxLoopDelayMs: z.number(),
  }),
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

async function reachable(port: number): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const open = await new Promise<boolean>((done) => {
      const s = createConnection(port, '127.0.0.1', () => {
        s.destroy()
        done(true)
      })
      s.on('error', () => done(false))
    })
    if (open) return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error(`mosquitto does not listen on port ${port}`)
}

async function startBroker(dir: string): Promise<{ port: number; broker: ChildProcess }> {
  const port = await freePort()
  const config = join(dir, 'mosquitto.conf')
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\nlog_type error\n`)
  const broker = spawn('mosquitto', ['-c', config], { stdio: 'ignore' })
  await reachable(port)
  return { port, broker }
}

function ours(port: number, qos: number, messages: number): Result {
  const flags = `load --url mqtt://127.0.0.1:${port} --publishers ${CLIENTS} --subscribers 0 --rate max --messages ${messages} --qos ${qos} --size ${BYTES} --json -`
  const run = spawnSync(
    process.execPath,
    [join(root, 'node_modules/tsx/dist/cli.mjs'), 'electron/cli/main.ts', ...flags.split(' ')],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
  if (run.status !== 0) throw new Error(`fleetlab load ended with ${run.status}: ${run.stderr}`)
  const r = reportSchema.parse(JSON.parse(run.stdout))
  return { rate: r.publishRate, cpuMicros: r.generator.cpuMicrosPerMessage }
}

/** User and system time of a shell's children, from the second line of `times`: `0m1.23s 0m0.45s`. */
function childSeconds(times: string): number {
  const line = times.trim().split('\n').at(-1) ?? ''
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0)
}

/** Bytes that wait in the sockets of a port, sent and not read (Linux). */
function queuedBytes(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n')
  return rows
    .filter((row) => row.includes(`:${hex} `))
    .map((row) => /^\s*\d+: \S+ \S+ \S+ ([0-9A-F]{8}):([0-9A-F]{8})/.exec(row))
    .reduce((sum, m) => sum + parseInt(m?.[1] ?? '0', 16) + parseInt(m?.[2] ?? '0', 16), 0)
}

function mosquittoPub(
  dir: string,
  port: number,
  qos: number,
  lines: number,
): { seconds: number; cpu: number } {
  const file = join(dir, `lines-${lines}`)
  writeFileSync(file, `${'x'.repeat(BYTES)}\n`.repeat(lines))
  const loop = `i=0; while [ $i -lt ${CLIENTS} ]; do mosquitto_pub -h 127.0.0.1 -p ${port} -q ${qos} -t fleetlab/bench/$i -l < ${file} & i=$((i+1)); done; wait; times`
  const before = performance.now()
  const run = spawnSync('sh', ['-c', loop], { encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`mosquitto_pub: ${run.stderr}`)
  while (queuedBytes(port) > 0 && performance.now() - before < 120_000) pause(2)
  return { seconds: (performance.now() - before) / 1000, cpu: childSeconds(run.stdout) }
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** What 100 processes take for all messages, less what they take to start, connect and send one each. */
function theirs(dir: string, port: number, qos: number, messages: number): Result {
  const lines = messages / CLIENTS
  const idle = mosquittoPub(dir, port, qos, 1)
  const full = mosquittoPub(dir, port, qos, lines + 1)
  return {
    rate: messages / Math.max(0.001, full.seconds - idle.seconds),
    cpuMicros: ((full.cpu - idle.cpu) / messages) * 1e6,
  }
}

function line(cells: readonly (string | number)[]): void {
  console.log(cells.map((c, i) => (i === 0 ? String(c).padEnd(4) : String(c).padStart(14))).join(''))
}

async function main(): Promise<void> {
  for (const tool of ['mosquitto', 'mosquitto_pub']) {
    const found = spawnSync(tool, ['--help'], { stdio: 'ignore' })
    if (found.error) throw new Error(`${tool} is not installed: this comparison needs it`)
  }
  const dir = mkdtempSync(join(tmpdir(), 'fleetlab-bench-'))
  const { port, broker } = await startBroker(dir)
  try {
    console.log(
      `${CLIENTS} clients, messages of ${BYTES} bytes; CPU in µs a message, rates in messages a second`,
    )
    line(['QoS', 'messages', 'ours /s', 'CPU', 'may be', 'mosq_pub /s', 'CPU', 'rate ratio', 'CPU ratio'])
    for (const [qos, messages] of MESSAGES.entries()) {
      const a = ours(port, qos, messages)
      const b = theirs(dir, port, qos, messages)
      line([
        qos,
        messages,
        Math.round(a.rate),
        a.cpuMicros.toFixed(2),
        LIMITS[qos] ?? 0,
        Math.round(b.rate),
        b.cpuMicros.toFixed(2),
        (a.rate / b.rate).toFixed(2),
        (a.cpuMicros / b.cpuMicros).toFixed(2),
      ])
    }
  } finally {
    broker.kill()
    rmSync(dir, { recursive: true, force: true })
  }
}

await main()
