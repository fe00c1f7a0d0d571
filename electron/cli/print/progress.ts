import type { EngineStatus } from '../../contract/model'

/** Between two lines of a log file, and between two redraws of a terminal's line. */
const LOG_EVERY_MS = 5000
const REDRAW_EVERY_MS = 250

/** One line on how far a run is. */
function progressLine(s: EngineStatus): string {
  const behind = s.lagMs > 1000 ? `, ${(s.lagMs / 1000).toFixed(1)} s behind` : ''
  const phase = s.phase
    ? ` (phase ${s.phase.name}, ${s.phase.nth}${s.phase.of ? ` of ${s.phase.of}` : ''})`
    : ''
  return (
    `${(s.nowMs / 1000).toFixed(1)} s${phase}: ${s.devices.connected} of ${s.devices.total} devices, ` +
    `${Math.round(s.messagesPerSecond)} messages per second, ${s.lostPackets} packets lost${behind}`
  )
}

type Output = NodeJS.WritableStream & { isTTY?: boolean }

/** Shows how a run goes; see `showLine`. */
export const showProgress = (out: Output, status: () => EngineStatus): { end(): void } =>
  showLine(out, () => progressLine(status()))

/** One line redrawn on a terminal, a plain line now and then elsewhere. */
export function showLine(out: Output, text: () => string): { end(): void } {
  const redraw = out.isTTY === true
  const show = (): void => {
    const line = text()
    out.write(redraw ? `\r\u001b[K${line}` : `${line}\n`)
  }
  const timer = setInterval(show, redraw ? REDRAW_EVERY_MS : LOG_EVERY_MS)
  show()
  timer.unref()
  return {
    end: () => {
      clearInterval(timer)
      if (redraw) out.write('\r\u001b[K')
    },
  }
}
