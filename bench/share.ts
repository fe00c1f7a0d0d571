import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { WebSocket } from 'ws'
import { decode, encode } from '../electron/contract/codec'
import { wait } from './settings'
import { PUPILS, voteTimes } from './share-vote'
import { misbehave, startBystanders } from './share-worst'

/**
 * N browsers' WebSockets attached to one busy session over loopback, each watching the newest packets and the topic
 * tree. The session is 200 devices with 5 messages per second, or the scenario file named. Prints what each gets, what the host pays, and what the viewers add to the time per packet takes to arrive.
 */
const SETTLE_MS = 3000
const MEASURE_MS = 10_000
/** Viewers whose frames are decoded for times; the others are counted, so that this process stays out of the way. */
const DECODED = 4
const STEPS = [1, 10, 40, 60]

interface Usage {
  cpuMs: number
  loopP99Ms: number
  packets: number
  lagMs: number
  heapMb: number
  /** Times of the commands of the teacher's page, ms. */
  answers: number[]
}

const percentile = (sorted: readonly number[], p: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? NaN

class Viewer {
  frames = 0
  bytes = 0
  /** Age of the newest packet of a frame when it arrives, ms. */
  readonly ages: number[] = []
  readonly answers: number[] = []
  private readonly asked = new Map<string, number>()
  private epochMs = 0

  constructor(
    readonly socket: WebSocket,
    private readonly decodes: boolean,
  ) {
    socket.binaryType = 'nodebuffer'
    socket.on('message', (data: Buffer) => {
      this.frames++
      this.bytes += data.byteLength
      if (decodes) this.read(decode(data) as Message)
    })
    this.ask('hello', { contract: 1 })
    this.ask('watchPackets', { filter: '', tail: 500 })
    this.ask('watchTopics', { open: ['class'], search: '', filter: '', offset: 0, limit: 50 })
  }

  ask(command: string, argument: object): void {
    const id = `${this.asked.size}-${performance.now()}`
    if (this.decodes) this.asked.set(id, performance.now())
    this.socket.send(encode({ t: 'q', i: id, m: 'invoke', a: [command, argument] }))
  }

  reset(): void {
    this.frames = this.bytes = this.ages.length = this.answers.length = 0
  }

  private read(message: Message): void {
    if (message.t === 's') {
      this.frames--
      const since = this.asked.get(message.i)
      if (since !== undefined) this.answers.push(performance.now() - since)
    } else if (message.m === 'status') {
      const status = message.a[0] as { nowMs: number; epochMs: number }
      this.epochMs = status.epochMs
    } else if (message.m === 'packets' && this.epochMs > 0) {
      const { packets } = message.a[0] as { packets: { sentMs: number }[] }
      const newest = packets.at(-1)
      if (newest) this.ages.push(Date.now() - this.epochMs - newest.sentMs)
    }
  }
}

type Message = { t: 's'; i: string } | { t: 'q'; m: string; a: unknown[] }

async function joinClass(url: string, code: string, n: number): Promise<Viewer> {
  const origin = url.replace(/\/$/, '')
  const response = await fetch(`${origin}/join`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ code, name: `pupil ${n}` }),
  })
  const cookie = response.headers.get('set-cookie')?.split(';')[0]
  if (response.status !== 200 || cookie === undefined) throw new Error(`not let in: ${response.status}`)
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/engine`, { origin, headers: { cookie } })
  await once(socket, 'open')
  return new Viewer(socket, n <= DECODED)
}

async function usage(host: ChildProcess): Promise<Usage> {
  const answer = once(host, 'message')
  host.send('usage')
  return ((await answer) as [Usage])[0]
}

async function measure(host: ChildProcess, viewers: readonly Viewer[]): Promise<string[]> {
  await wait(SETTLE_MS)
  await usage(host)
  for (const v of viewers) v.reset()
  const asking = setInterval(() => viewers[0]?.ask('getRates', {}), 100)
  const began = performance.now()
  await wait(MEASURE_MS)
  const seconds = (performance.now() - began) / 1000
  clearInterval(asking)
  const used = await usage(host)
  const rates = viewers.map((v) => v.frames / seconds).sort((a, b) => a - b)
  const bytes = viewers.reduce((sum, v) => sum + v.bytes, 0) / seconds
  const ages = viewers.flatMap((v) => v.ages).sort((a, b) => a - b)
  const answers = viewers.flatMap((v) => v.answers).sort((a, b) => a - b)
  return [
    String(viewers.length),
    (rates[0] ?? 0).toFixed(1),
    percentile(rates, 0.5).toFixed(1),
    (bytes / viewers.length / 1024).toFixed(0),
    (bytes / 1_048_576).toFixed(1),
    `${(used.cpuMs / seconds / 10).toFixed(0)} %`,
    used.loopP99Ms.toFixed(1),
    `${percentile(ages, 0.5).toFixed(0)} / ${percentile(ages, 0.99).toFixed(0)}`,
    `${percentile(answers, 0.5).toFixed(1)} / ${percentile(answers, 0.99).toFixed(1)}`,
    Math.round(used.packets / seconds).toLocaleString('en'),
    used.heapMb.toFixed(0),
  ]
}

interface Address {
  url: string
  code: string
  broker: string
}

/** 40 viewers that ask for the dearest things without a pause: what a command of the teacher and a bystander's message take. */
const WORST = 40
const KEPT_MS = 100
async function measureWorst(host: ChildProcess, address: Address): Promise<void> {
  const pair = await startBystanders(address.broker)
  const row = async (name: string): Promise<void> => {
    await wait(SETTLE_MS)
    await usage(host)
    await pair.times()
    await wait(MEASURE_MS)
    const { answers, loopP99Ms } = await usage(host)
    const p = [answers, await pair.times()].map((times) => {
      times.sort((a, b) => a - b)
      return [percentile(times, 0.5), percentile(times, 0.99)] as const
    })
    const kept = p.every(([, p99]) => p99 <= KEPT_MS) ? 'kept' : 'NOT KEPT'
    const text = p.map(([p50, p99]) => `${p50.toFixed(1)} / ${p99.toFixed(1)}`)
    console.log(
      `${name}: host command ${text[0]} ms, bystander ${text[1]} ms, loop p99 ${loopP99Ms.toFixed(1)} ms: ${kept}`,
    )
  }
  console.log(`\nTimes p50 / p99; p99 of both at most ${KEPT_MS} ms wanted.`)
  await row('nobody else')
  for (let n = 0; n < WORST; n++) misbehave((await joinClass(address.url, address.code, 100 + n)).socket, n)
  await row(`${WORST} viewers at their worst`)
  pair.stop()
}

/** A class that watches and votes while the teacher steps. */
async function measureVote(host: ChildProcess, url: string, code: string): Promise<void> {
  const pupils: Viewer[] = []
  while (pupils.length < PUPILS) pupils.push(await joinClass(url, code, pupils.length + 1))
  await wait(SETTLE_MS)
  await usage(host)
  const began = performance.now()
  const times = await voteTimes(host, pupils)
  const { cpuMs, loopP99Ms } = await usage(host)
  const cpu = (cpuMs / (performance.now() - began)) * 100
  const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)]
  console.log(
    `${pupils.length} pupils, ${times.length} votes: vote to bar ${p50} / ${p99} ms, at most ${times.at(-1) ?? NaN} ms; ` +
      `host CPU ${cpu.toFixed(0)} %, loop p99 ${loopP99Ms.toFixed(1)} ms`,
  )
}

const line = (cells: readonly string[]): void => console.log(cells.map((c) => c.padStart(13)).join(''))

async function measureClasses(host: ChildProcess, url: string, code: string): Promise<void> {
  line([
    'viewers',
    'frames/s min',
    'median',
    'KiB/s each',
    'MiB/s all',
    'host CPU',
    'loop p99',
    'packet age',
    'answer',
    'packets/s',
    'host MiB',
  ])
  const viewers: Viewer[] = []
  for (const count of STEPS) {
    while (viewers.length < count) viewers.push(await joinClass(url, code, viewers.length + 1))
    line(await measure(host, viewers))
  }
}

console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`)
console.log('Ages of packets and times of answers in ms, p50 / p99; CPU of the host in % of one core.\n')
const { values, positionals } = parseArgs({
  options: { worst: { type: 'boolean' }, vote: { type: 'boolean' } },
  allowPositionals: true,
})
const scenario = positionals.slice(0, 1)
const host = fork(join(import.meta.dirname, 'share-host.ts'), scenario, { execArgv: ['--import', 'tsx'] })
try {
  const [{ url, code, broker }] = (await once(host, 'message')) as [Address]
  if (values.vote === true) await measureVote(host, url, code)
  else if (values.worst === true) await measureWorst(host, { url, code, broker })
  else await measureClasses(host, url, code)
} finally {
  host.disconnect()
}
process.exit()
