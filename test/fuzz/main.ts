/**
 * npm run fuzz -- [--minutes N] [--target T] [--seed S]: tries inputs that take new branches of the code, one target after
 * the other, for N minutes of processor time each. The targets are the files of test/fuzz/targets; each begins with the
 * inputs of test/fuzz/corpus/T and with what earlier runs found, which is kept in node_modules/.cache/fuzz. An input that
 * breaks a rule is named: put it into the corpus once its cause is fixed, and the unit tests try it from then on.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { cpuMs } from './engine/cpu-time'
import { bundleWorker, instrument } from './engine/instrument'
import type { Job } from './engine/worker'

const root = join(import.meta.dirname, '../..')
/** Files of the project that a target begins with besides its corpus. */
const SEEDS: Readonly<Record<string, readonly string[]>> = {
  scenario: ['examples'],
  lesson: ['electron/engine/lessons/data', 'examples/lessons'],
}
const MAX_BYTES = 16_384
/** An input that takes more of the processor's time is a fault; a busy machine is none. */
const HANG_MS = 20_000
const LOOK_MS = 1000
const MEMORY_MB = 1024

const targets = readdirSync(join(root, 'test/fuzz/targets'))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => name !== 'check')

type Told =
  | { tried: number; kept: number; covered: number; minutes: number; done: boolean }
  | { broken: string; text: string }

function options(): { minutes: number; chosen: string[]; seed: number } {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '1' },
      target: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1e6) },
    },
  })
  const minutes = Number(values.minutes)
  if (!(minutes > 0)) throw new Error(`--minutes: found ${values.minutes}; expected a number above 0`)
  if (values.target !== undefined && !targets.includes(values.target))
    throw new Error(`--target: found ${values.target}; expected ${targets.join(', ')}`)
  return {
    minutes,
    chosen: values.target === undefined ? targets : [values.target],
    seed: Number(values.seed),
  }
}

/** Runs one target. @returns whether every rule held */
async function run(target: string, minutes: number, seed: number): Promise<boolean> {
  const cache = join(root, 'node_modules/.cache/fuzz', target)
  const found = join(cache, 'corpus')
  mkdirSync(found, { recursive: true })
  const { code, branches, words } = await instrument(target)
  const bundle = join(cache, `target-${process.pid}.cjs`)
  writeFileSync(bundle, code)
  const seeds = [`test/fuzz/corpus/${target}`, ...(SEEDS[target] ?? [])].map((f) => join(root, f))
  const job: Job = {
    bundle,
    words,
    branches,
    folders: [found, ...seeds.filter((f) => existsSync(f))],
    broken: join(cache, 'broken'),
    spendMs: minutes * 60_000,
    seed,
    maxBytes: MAX_BYTES,
    current: new SharedArrayBuffer(8 + MAX_BYTES),
  }
  const thread = join(cache, `worker-${process.pid}.mjs`)
  await bundleWorker(thread)
  console.log(`${target}: ${minutes} min, ${branches} branches, seed ${seed}`)
  try {
    return await watch(target, job, thread)
  } finally {
    for (const file of [bundle, thread]) rmSync(file, { force: true })
  }
}

function watch(target: string, job: Job, thread: string): Promise<boolean> {
  const worker = new Worker(thread, {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  })
  const [numbers, bytes] = [new Uint32Array(job.current, 0, 2), new Uint8Array(job.current, 8)]
  let held = true
  let [last, sinceMs] = [-1, cpuMs()]
  const culprit = (why: string): void => {
    held = false
    const data = Buffer.from(bytes.subarray(0, numbers[1]))
    const file = join(job.broken, createHash('sha256').update(data).digest('hex').slice(0, 16))
    mkdirSync(job.broken, { recursive: true })
    writeFileSync(file, data)
    console.log(`${target}: ${why}\n  input: ${file}`)
  }
  // eslint-disable-next-line no-restricted-syntax -- a limit, not a wait
  const heart = setInterval(() => {
    const now = Atomics.load(numbers, 0)
    if (now !== last || now === 0) [last, sinceMs] = [now, cpuMs()]
    else if (cpuMs() - sinceMs > HANG_MS) {
      clearInterval(heart)
      culprit(
        `an input, or the making of the one after it, has not come to its end within ${HANG_MS / 1000} s of processor time`,
      )
      void worker.terminate()
      // not even that ends a thread that is in a loop of the runtime's own
      // eslint-disable-next-line no-restricted-syntax -- a limit, not a wait
      setTimeout(() => process.exit(1), HANG_MS).unref()
    }
  }, LOOK_MS)
  worker.on('message', (told: Told) => {
    if ('broken' in told) {
      held = false
      console.log(`${target}: ${told.text}\n  input: ${told.broken}`)
    } else
      console.log(
        `${told.done ? target : ' '} ${told.tried} tried, ${told.kept} kept, ${told.covered} branches taken, ${told.minutes.toFixed(1)} min`,
      )
  })
  worker.on('error', (thrown: Error) => culprit(thrown.stack ?? thrown.message))
  return new Promise((resolve) =>
    worker.once('exit', () => {
      clearInterval(heart)
      resolve(held)
    }),
  )
}

function given(): ReturnType<typeof options> {
  try {
    return options()
  } catch (thrown) {
    console.error(`fuzz: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    process.exit(2)
  }
}

const { minutes, chosen, seed } = given()
let held = true
for (const target of chosen) held = (await run(target, minutes, seed)) && held
process.exitCode = held ? 0 : 1
