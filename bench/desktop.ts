import { parseArgs } from 'node:util'
import { noElectronReason, prepareElectron } from '../scripts/test-electron.mjs'

/**
 * `npm run bench:desktop`: the desktop application in a real Electron. `--minutes 10` is how long the load runs, `--json -`
 * prints `{rows: [{name, measured, kept}]}` to standard output and the table to standard error. Exit code 1 when something
 * is not kept.
 */
const { values } = parseArgs({
  options: { json: { type: 'string' }, minutes: { type: 'string', default: '10' } },
})
const minutes = Number(values.minutes)
const problem =
  values.json !== undefined && values.json !== '-'
    ? `--json: found ${values.json}; the only place for it is - (standard output)`
    : !(minutes > 0 && minutes <= 600)
      ? `--minutes: found ${values.minutes}; a number from above 0 to 600 is expected`
      : noElectronReason()
if (problem !== null) {
  console.error(problem)
  process.exit(2)
}
const say = values.json === undefined ? console.log : console.error
const electron = await prepareElectron(say)
Object.assign(process.env, electron.env)
try {
  // Reads what was made ready when it is loaded.
  const { measureDesktop } = await import('./desktop-rows')
  const { endAll } = await import('./desktop-app')
  const end = (): void => {
    endAll()
    void electron.dispose().then(() => process.exit(1))
  }
  // Whoever read this has gone, as `| head` does: nothing is measured for nobody.
  process.stdout.on('error', end)
  process.once('SIGTERM', end).once('SIGINT', end)
  const rows = await measureDesktop(minutes, say)
  if (values.json === '-') console.log(JSON.stringify({ rows }))
  if (rows.some((r) => !r.kept)) process.exitCode = 1
} finally {
  await electron.dispose()
}
