import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { startMosquitto } from '../test/helpers/mosquitto'
import { endedChildrenSeconds } from './process-use'
import { NODE_FLAGS } from './settings'

/**
 * 1,000 messages per second at QoS 1 from 100 publishers for 10 s, to a mosquitto on loopback: how late they leave, whether
 * the latency from the actual send is that from PUBLISH to PUBACK in a capture of the same run, and what they cost beside
 * emqtt-bench, where `EMQTT_BENCH` names its program.
 */
const SECONDS = 10
const PUBLISHERS = 100
const RATE = 10
const SIZE = 64
const LIMITS = { delayP50Ms: 0.2, p50Ms: 0.1, p99Ms: 0.5, cpuOfPeer: 1 }
const cli = join(import.meta.dirname, '../out/main/cli.js')

const latency = z.object({ p50: z.number(), p99: z.number() })
const reportSchema = z.object({
  ackMs: latency,
  fromSend: z.object({ ackMs: latency, delayMs: latency }),
})

/** Captures what goes to and from a port of loopback until it is told to stop. */
async function capture(port: number, file: string): Promise<() => Promise<void>> {
  // What captures for tshark; tshark itself would read each packet as it comes, on the cores that are measured.
  const dumpcap = spawn('dumpcap', ['-q', '-i', 'lo', '-f', `tcp port ${port}`, '-s', '128', '-w', file])
  const ended = new Promise<void>((done) => dumpcap.once('close', () => done()))
  let said = ''
  await new Promise<void>((done, fail) => {
    dumpcap.stderr.on('data', (text) => {
      said += String(text)
      if (said.includes('Capturing on')) done()
    })
    dumpcap.once('close', () =>
      fail(new Error(`dumpcap cannot capture on lo (as root it can): ${said.trim()}`)),
    )
  })
  // it says so before it has opened the file
  while (!existsSync(file)) await pause(20)
  await pause(300)
  return async () => {
    await pause(500)
    dumpcap.kill('SIGINT')
    await ended
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** Times from PUBLISH to PUBACK in ms, ascending. */
function wireTimes(port: number, file: string): number[] {
  const fields = ['frame.time_epoch', 'tcp.stream', 'mqtt.msgtype', 'mqtt.msgid'].flatMap((f) => ['-e', f])
  const args = ['-r', file, '-d', `tcp.port==${port},mqtt`, '-Y', 'mqtt.msgid', '-T', 'fields', ...fields]
  const { stdout } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 2 ** 28 })
  const sent = new Map<string, number>()
  const took: number[] = []
  for (const line of stdout.split('\n')) {
    const [at, stream, types = '', ids = ''] = line.split('\t')
    const withId = types.split(',').filter((type) => type === '3' || type === '4')
    ids.split(',').forEach((id, i) => {
      const key = `${stream} ${id}`
      const began = sent.get(key)
      if (withId[i] === '3') sent.set(key, Number(at))
      else if (withId[i] === '4' && began !== undefined) took.push((Number(at) - began) * 1000)
    })
  }
  return took.sort((a, b) => a - b)
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN

async function loadOnce(port: number): Promise<{ report: z.infer<typeof reportSchema>; cpuSeconds: number }> {
  const flags = `load --url mqtt://127.0.0.1:${port} --publishers ${PUBLISHERS} --subscribers 0 --rate ${RATE} --duration ${SECONDS}s --qos 1 --size ${SIZE} --json -`
  const before = endedChildrenSeconds()
  const child = spawn(process.execPath, [...NODE_FLAGS, cli, ...flags.split(' ')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let out = ''
  child.stdout.on('data', (text) => (out += String(text)))
  const code = await new Promise((done) => child.once('close', done))
  // 3: this computer was too busy to tell; the figures are printed all the same
  if (code !== 0 && code !== 3) throw new Error(`fleetlab load ended with ${String(code)}`)
  return { report: reportSchema.parse(JSON.parse(out)), cpuSeconds: endedChildrenSeconds() - before }
}

/** Processor time of the same work by emqtt-bench, its start included as ours is; null where it is not there. */
async function peerSeconds(port: number): Promise<number | null> {
  const program = process.env['EMQTT_BENCH']
  if (program === undefined) return null
  const messages = SECONDS * RATE * PUBLISHERS
  const flags = `pub -h 127.0.0.1 -p ${port} -c ${PUBLISHERS} -R 1000 -I ${1000 / RATE} -t bench/%i -s ${SIZE} -q 1 -L ${messages}`
  const before = endedChildrenSeconds()
  const child = spawn(program, flags.split(' '), { stdio: ['ignore', 'ignore', 'inherit'] })
  const code = await new Promise((done, fail) => child.once('close', done).once('error', fail))
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}`)
  return endedChildrenSeconds() - before
}

function line(name: string, value: number, limit: number, unit: string, more = ''): void {
  const kept = value <= limit ? 'kept' : 'NOT KEPT'
  console.log(`${name.padEnd(58)}${value.toFixed(3)} ${unit}, at most ${limit}: ${kept}${more}`)
  if (value > limit) process.exitCode = 1
}

async function main(): Promise<void> {
  if (!existsSync(cli)) throw new Error('out/main/cli.js is missing: npm run build')
  for (const tool of ['mosquitto', 'tshark', 'dumpcap']) {
    if (spawnSync(tool, ['-h']).error) throw new Error(`${tool} is not installed: this comparison needs it`)
  }
  const folder = mkdtempSync(join(tmpdir(), 'fleetlab-bench-'))
  const broker = await startMosquitto(undefined, ['set_tcp_nodelay true'])
  try {
    const alone = await loadOnce(broker.port)
    const peer = await peerSeconds(broker.port)
    const file = join(folder, 'run.pcapng')
    const stop = await capture(broker.port, file)
    const { report } = await loadOnce(broker.port)
    await stop()
    const wire = wireTimes(broker.port, file)
    const { ackMs, delayMs } = report.fromSend
    const [wire50, wire99] = [at(wire, 0.5), at(wire, 0.99)]
    const both = (ours: number, theirs: number): string =>
      ` (${ours.toFixed(3)} reported, ${theirs.toFixed(3)} on the wire)`
    console.log(
      `${wire.length} acknowledgements captured; from the intended time: p50 ${report.ackMs.p50} ms, p99 ${report.ackMs.p99} ms`,
    )
    line('messages leave after their time, median', delayMs.p50, LIMITS.delayP50Ms, 'ms')
    line(
      'p50 from the actual send beside the wire',
      Math.abs(ackMs.p50 - wire50),
      LIMITS.p50Ms,
      'ms',
      both(ackMs.p50, wire50),
    )
    line(
      'p99 from the actual send beside the wire',
      Math.abs(ackMs.p99 - wire99),
      LIMITS.p99Ms,
      'ms',
      both(ackMs.p99, wire99),
    )
    if (peer === null)
      console.log(`CPU of the whole program: ${alone.cpuSeconds.toFixed(2)} s; EMQTT_BENCH names no peer`)
    else
      line(
        'CPU of the whole program, of that of emqtt-bench',
        alone.cpuSeconds / peer,
        LIMITS.cpuOfPeer,
        'times',
        ` (${alone.cpuSeconds.toFixed(2)} s, ${peer.toFixed(2)} s)`,
      )
  } finally {
    broker.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
