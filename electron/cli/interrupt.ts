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

/** Ends the process quietly when whoever reads its output has gone, as after `| head`. */
export function endWithoutReader(target: NodeJS.Process): void {
  target.stdout.on('error', (e: NodeJS.ErrnoException) => {
    if (e.code !== 'EPIPE') throw e
    target.exit(0)
  })
}
