#!/usr/bin/env node
import { join } from 'node:path'
import { version } from '../../package.json'
import { listenForInterrupt, watchOutput } from './interrupt'
import { runCli } from './program'

/** Time for output to drain after everything is closed, before the process is ended anyway. */
const DRAIN_MS = 500

watchOutput(process)
process.exitCode = await runCli(process.argv.slice(2), {
  root: join(import.meta.dirname, '../..'),
  version,
  env: process.env,
  locale: Intl.DateTimeFormat().resolvedOptions().locale,
  stdout: process.stdout,
  stderr: process.stderr,
  interrupt: listenForInterrupt(process),
  createEngine: async (deps) => (await import('../engine/engine')).createEngine(deps),
  crashes: { target: process, exit: (code) => process.exit(code) },
})
setTimeout(() => process.exit(), DRAIN_MS).unref()
