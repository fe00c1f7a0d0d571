import { Worker } from 'node:worker_threads'
import { afterEach, expect, it, vi } from 'vitest'
import type { WorkerInit } from '../../../electron/engine/load/run/messages'
import { WorkerPool } from '../../../electron/engine/load/run/worker-pool'
import { readLine } from '../../../renderer/features/load/engine-lines'
import { worker } from './report-rig'

const NEVER_ANSWERS = `require('node:worker_threads').parentPort.on('message', () => undefined)`
const ANSWERS = `
  const { parentPort, workerData } = require("node:worker_threads")
  parentPort.once("message", () => {
    parentPort.postMessage({ type: "result", result: workerData })
    parentPort.postMessage({ type: "bucket", bucket: {}, group: 0 })
    parentPort.close()
  })`
const FAILS = `throw new Error("broken")`

afterEach(() => void vi.useRealTimers())

/** A pool of real threads that run these texts; what they report went wrong is in `fatal`, and `answered` waits for a result. */
function pool(...texts: readonly string[]) {
  const fatal: string[] = []
  const left = [...texts]
  let heard = (): void => undefined
  const answered = new Promise<void>((done) => (heard = done))
  const threads = new WorkerPool(
    texts.map(() => ({}) as WorkerInit),
    { bucket: () => heard(), fatal: (text) => fatal.push(text) },
    () => new Worker(left.shift() ?? '', { eval: true, workerData: worker() }),
  )
  return { threads, fatal, answered }
}

it('a worker that gives no figures is not left out in silence', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { threads, answered } = pool(ANSWERS, NEVER_ANSWERS)
  const finished = threads.finish(1000)
  await answered
  vi.advanceTimersByTime(1000)
  const { results, silent } = await finished
  expect(results).toEqual([worker()])
  expect(silent).toBe(
    'the figures of 1 of 2 workers are missing: they did not report within 1 s; use fewer clients or more computers',
  )
  expect(readLine(silent ?? '')).toMatchObject({ key: 'silentWorkers', values: { n: '1', all: '2', s: '1' } })
})

it('a worker that has failed is not waited for', async () => {
  const { threads, fatal } = pool(FAILS)
  const { results, silent } = await threads.finish(3_600_000)
  expect(results).toEqual([])
  expect(fatal[0]).toMatch(/^a worker thread failed: [^]*Error: broken/)
  expect(silent).toMatch(/^the figures of 1 of 1 worker are missing: /)
})

it('all have given their figures', async () => {
  expect(await pool(ANSWERS, ANSWERS).threads.finish()).toEqual({
    results: [worker(), worker()],
    silent: null,
  })
})
