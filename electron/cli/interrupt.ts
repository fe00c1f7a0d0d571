import { EXIT } from './command'

/** npm and other launchers hand a Ctrl-C on that the terminal has sent already: that is no second one. */
const SAME_KEY_MS = 500

/**
 * An AbortSignal that the first Ctrl-C (SIGINT) or SIGTERM aborts. A second one ends the process at once with
 * exit code 130, for a user who will not wait.
 */
export function listenForInterrupt(target: NodeJS.Process): AbortSignal {
  const controller = new AbortController()
  let firstMs = 0
  const onSignal = (): void => {
    const nowMs = performance.now()
    if (!controller.signal.aborted) {
      firstMs = nowMs
      controller.abort()
    } else if (nowMs - firstMs > SAME_KEY_MS) target.exit(130)
  }
  target.on('SIGINT', onSignal)
  target.on('SIGTERM', onSignal)
  return controller.signal
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/**
 * Waits for `work`, but no longer than until the signal aborts. Resolves to true when the work was done.
 * What `work` does after that is of no interest; its owner is about to be closed.
 */
export async function unlessAborted(work: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  return Promise.race([work.then(() => true), aborted(signal).then(() => false)])
}

/**
 * When whoever reads the output has gone, as after `| head`, the rest is not shown; the exit code stays that of the
 * work. Output that cannot be written for another reason, such as a full disk, ends the process with one line.
 */
export function watchOutput(target: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'exit'>): void {
  target.stdout.on('error', (e: NodeJS.ErrnoException) => {
    if (e.code === 'EPIPE') return
    const why = e.code === 'ENOSPC' ? 'the disk is full' : e.message
    target.stderr.write(`fleetlab: standard output cannot be written: ${why}\n`)
    target.exit(EXIT.usage)
  })
  target.stderr.on('error', () => undefined /* nobody is left to tell */)
}
