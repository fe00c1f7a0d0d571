/**
 * An AbortSignal that the first Ctrl-C (SIGINT) or SIGTERM aborts. The second one ends the process at once with
 * exit code 130, for a user who will not wait.
 */
export function listenForInterrupt(target: NodeJS.Process): AbortSignal {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) target.exit(130)
    controller.abort()
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
