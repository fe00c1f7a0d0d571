import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { CliContext } from '../../electron/cli/command'
import { runCli } from '../../electron/cli/program'
import { createEngineDouble, type EngineBehaviour, type EngineDouble } from './engine-double'

export interface CliOutcome {
  code: number
  stdout: string
  stderr: string
  engines: EngineDouble[]
}

const collect = (stream: PassThrough): (() => string) => {
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => (text += chunk))
  return () => text
}

/** Runs the command line in this process, against an engine double. `interrupt` stands for Ctrl-C. */
export async function runFleetlab(
  args: readonly string[],
  behaviour: EngineBehaviour = {},
  options: {
    root?: string
    locale?: string
    interrupt?: AbortSignal
    onStdout?: (text: string) => void
    onStderr?: () => void
  } = {},
): Promise<CliOutcome> {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const out = collect(stdout)
  const err = collect(stderr)
  const { onStdout, onStderr } = options
  if (onStdout) stdout.on('data', () => onStdout(out()))
  if (onStderr) stderr.on('data', onStderr)
  const engines: EngineDouble[] = []
  const context: CliContext = {
    root: options.root ?? '/nowhere',
    version: '1.2.3',
    // Never the folder of whoever runs the tests.
    env: { XDG_DATA_HOME: join(tmpdir(), `fleetlab-cli-${process.pid}`) },
    locale: options.locale ?? 'en-US',
    stdout,
    stderr,
    interrupt: options.interrupt ?? new AbortController().signal,
    createEngine: (deps) => {
      const engine = createEngineDouble(behaviour, deps)
      engines.push(engine)
      return engine
    },
  }
  const code = await runCli(args, context)
  await new Promise((resolve) => setImmediate(resolve))
  return { code, stdout: out(), stderr: err(), engines }
}
