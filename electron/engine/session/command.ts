import { ApiError } from '../../contract/errors'
import { FilterError } from '../../contract/packet-filter'

/** Runs a command; what it throws rejects, in the contract's own kind of error where it is the page's fault. */
export async function command<T>(run: () => T | Promise<T>): Promise<T> {
  await Promise.resolve()
  try {
    return await run()
  } catch (thrown) {
    if (thrown instanceof FilterError) throw new ApiError('bad-request', thrown.message)
    throw thrown
  }
}
