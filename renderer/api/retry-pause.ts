let skip: (() => void) | null = null

/** The pause between two attempts to connect, which the user may cut short. */
export const retryPause = {
  wait: (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      skip = () => {
        clearTimeout(timer)
        resolve()
      }
    }),
  skip: (): void => skip?.(),
}
