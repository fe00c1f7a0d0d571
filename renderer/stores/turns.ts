/** One piece of work at a time. */
export function createTurns() {
  let running: Promise<void> | null = null
  let next: (() => Promise<void>) | null = null
  async function all(first: () => Promise<void>): Promise<void> {
    try {
      for (let run: typeof next = first; run !== null;) {
        await run()
        run = next
        next = null
      }
    } finally {
      running = null
      next = null
    }
  }
  return {
    /** Left out while something runs. Rejects with what the work throws. */
    ifFree: (run: () => Promise<void>): Promise<void> => (running ? Promise.resolve() : (running = all(run))),
    /** Runs after what runs now; of what waits only the latest. Settles when all of it has ended. */
    latest(run: () => Promise<void>): Promise<void> {
      if (running === null) return (running = all(run))
      next = run
      return running
    },
  }
}
