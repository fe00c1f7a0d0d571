import { ApiError } from '@contract/errors'
import type { RunInput } from '@contract/scenario'
import { useScenario } from '../../stores/scenario'
import { useScenarioFile } from '../../stores/scenario-file'

/** Applies what a drawer says of the whole run: `done` where it was taken, `refused` with why not. */
export function useApplyRun(done: () => void, refused: (thrown: unknown) => void) {
  const scenario = useScenario()
  const file = useScenarioFile()
  return (run: RunInput): Promise<void> =>
    file.run(async () => {
      try {
        await scenario.setRun(run)
        done()
      } catch (thrown) {
        // Whether to connect to another computer is asked by the question for files.
        if (thrown instanceof ApiError && thrown.code === 'unconfirmed') throw thrown
        refused(thrown)
      }
    })
}
