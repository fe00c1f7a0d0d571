import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { canWrite, codeOf, writeAtomically, writeFailure } from '../engine/base/atomic-file'

/**
 * Writes a result whole or not at all, so that a reader, such as a merge that waits for all shards, never sees half a
 * file; a missing folder is made.
 * @throws ApiError one line that says why, e.g. that the disk is full
 */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await makeFolder(dirname(path))
    await writeAtomically(path, content)
  } catch (thrown) {
    throw writeFailure(path, thrown)
  }
}

/**
 * Finds out before the work whether its results can be written there; makes a missing folder, and leaves no file.
 * @param paths `-` and undefined are left out
 * @throws ApiError one line that says why not
 */
export async function checkOutputs(paths: readonly (string | undefined)[]): Promise<void> {
  for (const path of paths) {
    if (path === undefined || path === '-') continue
    try {
      await makeFolder(dirname(path))
      await canWrite(path)
    } catch (thrown) {
      throw writeFailure(path, thrown)
    }
  }
}

/** Node's own recursive mkdir never ends where the system says ENOENT although the parent is there, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  const make = (): Promise<void> =>
    mkdir(path).catch((thrown: unknown) => {
      if (codeOf(thrown) !== 'EEXIST') throw thrown
    })
  try {
    await make()
  } catch (thrown) {
    const parent = dirname(path)
    if (codeOf(thrown) !== 'ENOENT' || parent === path) throw thrown
    await makeFolder(parent)
    await make()
  }
}
