import type { MessagePort } from 'node:worker_threads'
import { planOf } from '../executors/registry'
import { dialFor } from '../wire/dial'
import { createRunClock } from './clock'
import { Lane } from './lane'
import type { LaneCommand, LaneInit, LaneReport } from './messages'
import { watchSelf } from './self-watch'

const PROGRESS_MS = 100
const TICK_MS = 1000
/** For DISCONNECTs to leave before the thread ends. */
const GOODBYE_MS = 2000

/** Runs one lane on the real clock and network, spoken to over a port. Resolves when it is finished. */
export function runLane(init: LaneInit, port: MessagePort): void {
  const now = createRunClock(init.clockOffsetMs)
  const { config, credentials } = init
  const watch = watchSelf()
  const report = (r: LaneReport): void => port.postMessage(r)
  const dial = dialFor(config.url, {
    ca: credentials.ca,
    cert: credentials.cert,
    key: credentials.key,
    serverName: config.serverName,
    insecure: config.insecure,
  })
  const lane = new Lane(init, planOf(config), { now, dial, defer: setImmediate, report, watch })
  let stepTimer: NodeJS.Timeout | undefined
  let seriesTimer: NodeJS.Timeout | undefined
  let beginTimer: NodeJS.Timeout | undefined
  const timers = [
    setInterval(() => lane.tick(), TICK_MS),
    setInterval(() => lane.reportProgress(), PROGRESS_MS),
  ]

  const step = (): void => {
    stepTimer = setTimeout(step, Math.max(1, lane.step()))
  }
  const start = (atMs: number): void => {
    const begin = (): void => {
      const left = atMs - now()
      if (left > 0) beginTimer = setTimeout(begin, left)
      else lane.begin()
    }
    begin()
    let next = atMs + init.seriesStepMs
    const roll = (): void => {
      lane.endStep()
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
    goodbye(lane, config.resume && config.protocol === 4, () => port.close())
  }
  port.on('message', (command: LaneCommand) => {
    lane.command(command)
    if (command.type === 'start') start(command.atMs)
    else if (command.type === 'connect') {
      clearTimeout(stepTimer)
      step()
    } else if (command.type === 'finish') finish()
  })
  report({ type: 'up' })
}

/** Waits until all connections are closed, removes kept sessions where asked, then calls `done`. Takes 4 s at most. */
function goodbye(lane: Lane, discard: boolean, done: () => void): void {
  let left = GOODBYE_MS
  const timer = setInterval(() => {
    left -= 20
    if (lane.open > 0 && left > 0) return
    clearInterval(timer)
    if (!discard) {
      done()
      return
    }
    lane.discardSessions()
    goodbye(lane, false, done)
  }, 20)
}
