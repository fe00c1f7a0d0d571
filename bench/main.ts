import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { bundle } from './bundle'
import { ROWS, type BenchResult, type BenchRow } from './rows'

/** As in package.json: messages die young, and a young generation with room for them is collected less often. */
const FLAGS = ['--max-semi-space-size=32', '--expose-gc']

/** Each row in a process of its own, so that none inherits another's heap. */
async function measure(row: BenchRow, script: string): Promise<BenchResult> {
  const args = [...FLAGS, script, ...(row.args ?? [])]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as BenchResult
}

console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}\n`)
const built = await bundle([...new Set(ROWS.map((r) => r.script))])
for (const row of ROWS) {
  const { measured, kept } = await measure(row, built.path(row.script))
  console.log(`${row.what}\n  hold      ${row.hold}\n  measured  ${measured}${kept ? '' : '  NOT KEPT'}\n`)
  if (!kept) process.exitCode = 1
}
await rm(built.folder, { recursive: true })
