import type { MessagePort } from 'node:worker_threads'
import { planOf } from './executors'
import { dialFor } from '../wire/dial'
import { createRunClock } from './clock'
import { LoadWorker } from './load-worker'
import type { WorkerCommand, WorkerInit, WorkerReport } from './messages'
import { watchSelf } from './self-watch'

const PROGRESS_MS = 100
const TICK_MS = 1000
/** For DISCONNECTs to leave before the thread ends. */
const GOODBYE_MS = 2000

/** Runs one worker on the real clock and network, spoken to over a port. Resolves when it is finished. */
export function runWorker(init: WorkerInit, port: MessagePort): void {
  const now = createRunClock(init.clockOffsetMs)
  const { config, credentials } = init
  const watch = watchSelf()
  const report = (r: WorkerReport): void => port.postMessage(r)
  const dial = dialFor(config.url, {
    ca: credentials.ca,
    cert: credentials.cert,
    key: credentials.key,
    serverName: config.serverName,
    insecure: config.insecure,
  })
  const worker = new LoadWorker(init, planOf(config), { now, dial, defer: setImmediate, report, watch })
  let stepTimer: NodeJS.Timeout | undefined
  let seriesTimer: NodeJS.Timeout | undefined
  let beginTimer: NodeJS.Timeout | undefined
  const timers = [
    setInterval(() => worker.tick(), TICK_MS),
    setInterval(() => worker.reportProgress(), PROGRESS_MS),
  ]

  const step = (): void => {
    stepTimer = setTimeout(step, Math.max(1, worker.step()))
  }
  const start = (atMs: number): void => {
    const begin = (): void => {
      const left = atMs - now()
      if (left > 0) beginTimer = setTimeout(begin, left)
      else worker.begin()
    }
    begin()
    let next = atMs + init.seriesStepMs
    const roll = (): void => {
      worker.endStep()
      next += init.seriesStepMs
      seriesTimer = setTimeout(roll, Math.max(0, next - now()))
    }
    seriesTimer = setTimeout(roll, Math.max(0, next - now()))
    clearTimeout(stepTimer)
    step()
  }
  const finish = (): void => {
    clearTimeout(stepTimer)
    clearTimeout(seriesTimer)
    clearTimeout(beginTimer)
    for (const t of timers) clearInterval(t)
    watch.stop()
    goodbye(worker, config.resume && config.protocol === 4, () => port.close())
  }
  port.on('message', (command: WorkerCommand) => {
    worker.command(command)
    if (command.type === 'start') start(command.atMs)
    else if (command.type === 'connect') {
      clearTimeout(stepTimer)
      step()
    } else if (command.type === 'finish') finish()
  })
  report({ type: 'up' })
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
