import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { rm } from 'node:fs/promises'
import { parseArgs, promisify } from 'node:util'
import { bundle } from './bundle'
import { NODE_FLAGS } from './settings'
import { ROWS, type BenchResult, type RunScript } from './rows'

/**
 * `npm run bench`: the numbers the project holds itself to. `--json -` prints
 * `{rows: [{name, measured, ratioToBare, kept}]}` to standard output and the table to standard error.
 */

const SCRIPTS = ['bare-pair.ts', 'fleet-rate.ts', 'connect-fleet.ts']

const { values } = parseArgs({ options: { json: { type: 'string' } } })
if (values.json !== undefined && values.json !== '-') {
  console.error(`--json: found ${values.json}; the only place for it is - (standard output)`)
  process.exit(2)
}
const say = values.json === undefined ? console.log : console.error

const built = await bundle(SCRIPTS)
/** Each in a process of its own, so that none inherits another's heap. */
const script: RunScript = async (name, ...args) => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...NODE_FLAGS,
    '--expose-gc',
    built.path(name),
    ...args,
  ])
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as unknown
}

const rows: ({ name: string } & BenchResult)[] = []
try {
  say(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}\n`)
  for (const { name, hold, run } of ROWS) {
    const result = await run(script)
    rows.push({ name, ...result })
    const ratio =
      result.ratioToBare === null ? '' : `  ratio     ${result.ratioToBare.toFixed(2)} to the bare pair\n`
    say(
      `${name}\n  hold      ${hold}\n  measured  ${result.measured}${result.kept ? '' : '  NOT KEPT'}\n${ratio}`,
    )
  }
} finally {
  await rm(built.folder, { recursive: true })
}
if (values.json === '-') console.log(JSON.stringify({ rows }))
if (rows.some((r) => !r.kept)) process.exitCode = 1
