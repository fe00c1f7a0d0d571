/** Taken at once, so that fake timers of a test do not hold up what it waits for. */
const realTimeout = setTimeout
const LOOK_EVERY_MS = 4

/**
 * Waits for what sockets, files, threads and other processes bring about. Only this lets real time pass in a test.
 * @param limitMs only ends a test that would hang: generous, for a machine that is busy
 * @throws Error that names `what` when it does not come
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what = 'a condition',
  limitMs = 50_000,
): Promise<void> {
  for (let looks = Math.ceil(limitMs / LOOK_EVERY_MS); !(await holds()); looks--) {
    if (looks === 0) throw new Error(`${what} did not come within ${limitMs / 1000} s`)
    await new Promise((look) => realTimeout(look, LOOK_EVERY_MS))
  }
}

/** Waits until a value stays the same from one look to the next, and returns it. */
export async function settled<T>(value: () => T): Promise<T> {
  const none = Symbol('none')
  let last: T | typeof none = none
  await until(() => {
    const now = value()
    const same = now === last
    last = now
    return same
  }, 'a value that stays')
  return value()
}
