/** Runs what it is given one after the other, in the order it came. What fails holds up nothing that follows. */
export class Sequencer {
  private last: Promise<unknown> = Promise.resolve()

  /** @returns what `run` gives, once everything queued before it has ended */
  queue<T>(run: () => T | Promise<T>): Promise<T> {
    const turn = this.last.then(run)
    this.last = turn.catch(() => undefined /* its caller gets it */)
    return turn
  }

  /** As `queue`, but waits no longer than this many ms for what came before. */
  overtake<T>(patienceMs: number, run: () => T | Promise<T>): Promise<T> {
    this.last = within(patienceMs, this.last)
    return this.queue(run)
  }

  /** Resolves when everything queued so far has ended, or after this many ms. */
  idle(patienceMs: number): Promise<void> {
    return within(patienceMs, this.last)
  }
}

/** Waits for `work`, but no longer than this many ms. */
export async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((done) => (timer = setTimeout(done, limitMs)))
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
