import { ApiError } from '../../contract/errors'
import { FilterError } from '../../contract/packet-filter'

/** @throws ApiError `not-found` for what is not there */
export function found<T>(value: T | null | undefined, missing: string): T {
  if (value === null || value === undefined) throw new ApiError('not-found', missing)
  return value
}

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
