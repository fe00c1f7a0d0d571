import { parseScenario } from '../../electron/contract/scenario-file'
import type { LogLine } from '../../electron/contract/model'
import type { RunReport } from '../../electron/contract/report'
import { scenarioSchema, type ScenarioInput } from '../../electron/contract/scenario'
import { createEngine } from '../../electron/engine/engine'
import type { Engine, RunLimits } from '../../electron/engine/types'

export interface OpenedEngine {
  engine: Engine
  logs: LogLine[]
}

/** An engine without a scenario that keeps its log. */
export function testEngine(env: Record<string, string> = {}): OpenedEngine {
  const logs: LogLine[] = []
  return { engine: createEngine({ env, version: 'test', log: (line) => logs.push(line) }), logs }
}

/** A scenario on a port the system chooses. */
export const scenarioOf = (input: Omit<ScenarioInput, 'version' | 'name'> & { name?: string }) =>
  scenarioSchema.parse({ version: 1, name: 'test', broker: { kind: 'embedded', port: 0 }, ...input })

/** Runs a scenario file or object to its end as fast as the machine can. */
export async function runToEnd(
  source: string | ReturnType<typeof scenarioOf>,
  limits: RunLimits = {},
): Promise<RunReport> {
  const scenario = typeof source === 'string' ? parseScenario(source, 'test') : source
  const { engine, logs } = testEngine()
  try {
    await engine.open(scenario, null, { speed: Infinity, ...limits })
    const report = await engine.finished(AbortSignal.timeout(55_000))
    const bad = logs.filter((l) => l.level === 'error')
    if (bad.length > 0) throw new Error(bad.map((l) => l.note.text).join('\n'))
    return report
  } finally {
    await engine.close()
  }
}
