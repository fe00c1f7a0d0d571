/** One target in a thread of its own: an input that never ends, or takes all memory, ends the thread and is known. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { cpuMs } from './cpu-time'
import { Loop, type Target } from './loop'
import { seeded } from './mutate'

export interface Job {
  /** File of the instrumented target. */
  bundle: string
  words: readonly string[]
  branches: number
  /** Folders of inputs to begin with; what is found goes to the first. */
  folders: readonly string[]
  broken: string
  /** Processor time to spend, ms. */
  spendMs: number
  seed: number
  maxBytes: number
  /** The input that is tried: its length, then its bytes; with the number of the try before both. */
  current: SharedArrayBuffer
}

const job = workerData as Job
const nameOf = (data: Buffer): string => createHash('sha256').update(data).digest('hex').slice(0, 16)

const globals = globalThis as { fuzzHit?: (branch: number) => void }
let loop: Loop | null = null
globals.fuzzHit = (branch) => loop?.hit(branch)
const target = createRequire(import.meta.url)(job.bundle) as Target

const numbers = new Uint32Array(job.current, 0, 2)
const bytes = new Uint8Array(job.current, 8)

function tell(data: Buffer, thrown: unknown): void {
  const file = join(job.broken, nameOf(data))
  mkdirSync(job.broken, { recursive: true })
  writeFileSync(file, data)
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  parentPort?.postMessage({ broken: file, text: text.slice(0, 2000) })
}

loop = new Loop({
  target,
  random: seeded(job.seed),
  words: job.words,
  branches: job.branches,
  maxBytes: job.maxBytes,
  onTry: (data) => {
    bytes.set(data)
    numbers[1] = data.length
    Atomics.add(numbers, 0, 1)
  },
  onNew: (data) => {
    writeFileSync(join(job.folders[0] ?? '.', nameOf(data)), data)
  },
  onBroken: tell,
})
process.on('unhandledRejection', (thrown) => tell(Buffer.from(bytes.subarray(0, numbers[1])), thrown))

for (const folder of job.folders) {
  for (const name of readdirSync(folder).sort()) {
    const file = join(folder, name)
    if (!statSync(file).isFile()) continue
    const data = readFileSync(file).subarray(0, job.maxBytes)
    if (await loop.try(data)) loop.corpus.push(data)
  }
}
/** From here on: nearly all of what the process takes is this thread's. */
const began = process.cpuUsage()
const usedMs = (): number => cpuMs(began)
const tellNow = (of: Loop, done = false): void =>
  parentPort?.postMessage({
    tried: of.tried,
    kept: of.corpus.length,
    covered: of.covered,
    minutes: usedMs() / 60_000,
    done,
  })

let nextTellMs = 0
while (usedMs() < job.spendMs) {
  for (let i = 0; i < 100; i++) await loop.mutateOne()
  // what waits for its turn, such as warnings of libraries, would pile up for ever
  await new Promise((turn) => setImmediate(turn))
  if (Date.now() < nextTellMs) continue
  nextTellMs = Date.now() + 5000
  tellNow(loop)
}
tellNow(loop, true)
await target.end?.()
process.exit(0)
