import type { LogLine } from '../contract/model'
import { printable } from '../contract/printable'
import type { Engine, EngineDeps } from '../engine/types'
import type { CliContext } from './command'
import { dataFolder } from '../store/data-folder'
import { limitedLog } from './log-lines'

const RANK = { info: 0, warn: 1, error: 2 } as const

/** An engine whose log goes to standard error, from a level up. */
export async function engineFor(
  context: CliContext,
  level: LogLine['level'],
  more: Pick<EngineDeps, 'onScenario' | 'onLoadTest' | 'observers'> = {},
): Promise<Engine> {
  const say = limitedLog((text) => void context.stderr.write(text))
  const deps: EngineDeps = {
    ...more,
    env: context.env,
    version: context.version,
    dataFolder: dataFolder(context.env),
    log: (line) => {
      if (RANK[line.level] >= RANK[level]) say(line.level, line.note.text)
    },
  }
  return context.createEngine(deps)
}

/** Lines that say where the broker listens. */
export function brokerLines(engine: Engine): string[] {
  const { broker } = engine.status()
  const lines = broker.note ? [broker.note.text] : []
  const urls = broker.url === null ? broker.listeners.map((l) => l.url) : [broker.url]
  return [...lines, ...urls.map((url) => `broker ${url}`)].map(printable)
}
