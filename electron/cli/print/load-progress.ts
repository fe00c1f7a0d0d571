import type { LoadProgress } from '../../contract/load-report'
import { count } from '../../contract/counted'
import { millis } from '../../engine/load/report/text'

/** Lines of a log file come every few reports of progress (one per second). */
const LOG_EVERY = 5

const seconds = (ms: number): string => (ms / 1000).toFixed(0)

/** One line on how far a load test is. */
export function loadProgressLine(p: LoadProgress): string {
  const clients = `${count(p.connected)} of ${count(p.clients)} clients`
  if (p.phase === 'connecting')
    return `connecting: ${clients}${p.errors > 0 ? `, ${count(p.errors)} errors` : ''}`
  if (p.phase === 'waiting') return `${clients}, waiting for the start`
  const isOver = p.phase === 'draining'
  const planned = p.plannedMs === null || isOver ? '' : ` of ${seconds(p.plannedMs)}`
  const latency = p.last?.endToEnd.p99 === null ? p.last.ack : p.last?.endToEnd
  const rates =
    p.last === null ? '' : `${count(p.last.acknowledged)} sent, ${count(p.last.received)} received per step, `
  const times =
    latency === undefined || latency.p99 === null
      ? ''
      : `p50 ${millis(latency.p50)} ms, p99 ${millis(latency.p99)} ms, `
  const phase = isOver ? 'waiting for the last messages, ' : ''
  const waiting = isOver ? `${count(p.offered - p.acknowledged - p.failed)} in flight, ` : ''
  return `${phase}${seconds(p.elapsedMs)}${planned} s: ${clients}, ${rates}${times}${waiting}${count(p.failed)} failed, ${count(p.errors)} errors`
}

/** Shows progress: one line redrawn on a terminal, a plain line now and then elsewhere. */
export function showLoadProgress(out: NodeJS.WritableStream & { isTTY?: boolean }): {
  show(p: LoadProgress): void
  end(): void
} {
  const redraw = out.isTTY === true
  let reports = 0
  return {
    show(p) {
      if (p.phase === 'done') return
      if (redraw) out.write(`\r\u001b[K${loadProgressLine(p)}`)
      else if (reports++ % LOG_EVERY === 0) out.write(`${loadProgressLine(p)}\n`)
    },
    end() {
      if (redraw) out.write('\r\u001b[K')
    },
  }
}
