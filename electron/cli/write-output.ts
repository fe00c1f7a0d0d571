import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeAtomically, writeFailure } from '../engine/atomic-file'

/**
 * Writes a result whole or not at all, so that a reader, such as a merge that waits for all shards, never sees half a
 * file; a missing folder is made.
 * @throws ApiError one line that says why, e.g. that the disk is full
 */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeAtomically(path, content)
  } catch (thrown) {
    throw writeFailure(path, thrown)
  }
}
