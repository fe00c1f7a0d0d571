import { ApiError } from '../../contract/errors'
import { replayedFiles } from '../../contract/replay'
import type { GroupInput, Scenario } from '../../contract/scenario'

/** Which file is read is for the host alone to say. @throws ApiError `forbidden` for one that the scenario does not name yet */
export function checkNamedFiles(scenario: Scenario, { publishes = [] }: Partial<GroupInput>): void {
  const known = replayedFiles(scenario.groups)
  for (const file of replayedFiles([{ publishes }]).keys())
    if (!known.has(file)) throw new ApiError('forbidden', 'only the host may choose a recording')
}
