/** A scenario file: it is read or refused in a line for each fault, and what is read stays the same through both of its spellings. */
import { parse, stringify } from 'yaml'
import { ApiError } from '../../../electron/contract/errors'
import { parseScenario, scenarioText } from '../../../electron/contract/scenario-file'
import { attempt, check, same, unpolluted } from './check'

export function fuzz(data: Buffer): void {
  const scenario = attempt(() => oneLine(() => parseScenario(data.toString('utf8'), 'a.yaml')), [ApiError])
  unpolluted()
  if (!scenario) return
  for (const format of ['yaml', 'json'] as const)
    same(parseScenario(scenarioText(scenario, format), 'b'), scenario, `read again from ${format}`)
}

/** What is refused is refused in lines, each with the file's name. */
export function oneLine<T>(read: () => T): T {
  try {
    return read()
  } catch (thrown) {
    if (thrown instanceof ApiError) {
      for (const line of thrown.message.split('\n')) {
        check(
          /^(a\.yaml: |and \d+ more$)/.test(line) && !/[\r\u2028]/.test(line),
          `a line: ${JSON.stringify(line)}`,
        )
        check(line.length < 2000, `a line of ${line.length} characters is too long to read`)
      }
    }
    throw thrown
  }
}

export const form = {
  read: (data: Buffer): unknown => parse(data.toString('utf8')),
  write: (value: unknown): Buffer => Buffer.from(stringify(value ?? null)),
}
