import type { MessagePort } from 'node:worker_threads'
import { runPlan } from './executors'
import { tlsFieldsOf } from './credentials'
import { rehearse } from '../measure/rehearse'
import { dialFor } from '../wire/dial'
import { createRunClock } from './clock'
import { LoadWorker } from './load-worker'
import type { WorkerCommand, WorkerInit, WorkerReport } from './messages'
import { LONGEST_TIMER_MS, Pace } from './pace'
import { watchSelf } from './self-watch'

const PROGRESS_MS = 100
const TICK_MS = 1000
/** For DISCONNECTs to leave before the thread ends. */
const GOODBYE_MS = 2000

/** Runs one worker on the real clock and network, spoken to over a port. Resolves when it is finished. */
export async function runWorker(init: WorkerInit, port: MessagePort): Promise<void> {
  const now = createRunClock(init.clockOffsetMs)
  const { config, credentials } = init
  const watch = watchSelf(() => pace.sleptMs)
  const report = (r: WorkerReport): void => port.postMessage(r)
  const dial = await dialFor(config.url, tlsFieldsOf(config, credentials))
  const heard = (): void => pace.heard()
  const worker = new LoadWorker(init, runPlan(config), {
    now,
    dial,
    defer: setImmediate,
    report,
    heard,
    watch,
  })
  const pace = paceOf(worker, now)
  const timers = [
    setInterval(() => worker.tick(), TICK_MS),
    setInterval(() => worker.reportProgress(), PROGRESS_MS),
  ]
  const step = (): (() => void) => keepCalling(() => Math.max(1, worker.step()))
  let stopSteps = step()
  let stopSeries = (): void => undefined
  const start = (atMs: number): void => {
    let next = atMs
    stopSeries = keepCalling(() => {
      const left = next - now()
      if (left > 0) return left
      if (next === atMs) worker.begin()
      else worker.endStep()
      next += init.seriesStepMs
      return Math.max(0, next - now())
    })
    pace.at(worker.nextDueMs)
  }
  const finish = (): void => {
    stopSteps()
    stopSeries()
    for (const t of timers) clearInterval(t)
    watch.stop()
    pace.stop()
    goodbye(worker, worker.leavesSessions, () => port.close())
  }
  port.on('message', (command: WorkerCommand) => {
    worker.command(command)
    if (command.type === 'start') start(command.atMs)
    else if (command.type === 'connect') {
      stopSteps()
      stopSteps = step()
    } else if (command.type === 'finish') finish()
  })
  rehearse()
  report({ type: 'up' })
}

function paceOf(worker: LoadWorker, now: () => number): Pace {
  const beat = (): number => {
    worker.beat()
    return worker.nextDueMs
  }
  return new Pace({ now, sleep, later, quiet: () => worker.quiet, beat })
}

/** Calls at once, and again after as many ms as `f` returns. Returns how to end it. */
function keepCalling(f: () => number): () => void {
  let timer: NodeJS.Timeout
  const call = (): void => {
    timer = setTimeout(call, Math.min(LONGEST_TIMER_MS, f()))
  }
  call()
  return () => clearTimeout(timer)
}

const nobody = new Int32Array(new SharedArrayBuffer(4))

function sleep(ms: number): void {
  Atomics.wait(nobody, 0, 0, ms)
}

function later(f: () => void, ms: number): () => void {
  if (ms > 0) {
    const timer = setTimeout(f, ms)
    return () => clearTimeout(timer)
  }
  const turn = setImmediate(f)
  return () => clearImmediate(turn)
}

/** Waits until all connections are closed, removes kept sessions where asked, then calls `done`. Takes 4 s at most. */
function goodbye(worker: LoadWorker, discard: boolean, done: () => void): void {
  let left = GOODBYE_MS
  const timer = setInterval(() => {
    left -= 20
    if (worker.open > 0 && left > 0) return
    clearInterval(timer)
    if (!discard) {
      done()
      return
    }
    worker.discardSessions()
    goodbye(worker, false, done)
  }, 20)
}
