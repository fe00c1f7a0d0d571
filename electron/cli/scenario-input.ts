import { readFile } from 'node:fs/promises'
import { parseScenario } from '../contract/scenario-file'
import type { Scenario } from '../contract/scenario'
import { UsageError } from './failure'

const WHY: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a folder, not a file',
  EACCES: 'is not readable: permission denied',
}

/**
 * Reads a scenario file.
 * @throws UsageError when it cannot be read, ApiError `bad-scenario` when it is wrong
 */
export async function readScenario(path: string): Promise<Scenario> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unreadable'
    throw new UsageError(`${path}: ${WHY[code] ?? code}`)
  }
  return parseScenario(text, path)
}
