// npm test: build, unit and integration tests, then journeys through the page in Chromium and the desktop application in
// a real Electron: those tagged @smoke, which take the main way through each screen. Beside the tests, in the time that
// they leave, the types are checked; the rules of imports are a unit test. `npm run test:all` runs all journeys but the
// @long ones, eslint and prettier too. Stops at the first stage that fails. The last line is the count of tests.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './build-once.mjs'
import { createJobQueue, runTool } from './run-step.mjs'
import { noElectronReason, prepareElectron } from './test-electron.mjs'
import { typecheckJobs } from './typecheck.mjs'

const ESLINT = ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']
const PRETTIER = ['node_modules/prettier/bin/prettier.cjs', '--check', '.', '--log-level', 'warn']

const reports = mkdtempSync(join(tmpdir(), 'fleetlab-test-'))
const vitestReport = join(reports, 'vitest.json')
const playwrightReport = join(reports, 'playwright.json')
const count = { passed: 0, failed: 0, skipped: 0 }

const all = process.argv.includes('--all')
const journeys = all ? ['--grep-invert=@long'] : ['--grep=@smoke']

const tool = (name, command) => async () => ({ name, ...(await runTool(command, { low: true })) })

async function buildStage() {
  try {
    await build()
    return true
  } catch (error) {
    console.log(error.message)
    return false
  }
}

const staticChecks = createJobQueue([
  ...(all ? [tool('eslint', ESLINT)] : []),
  ...typecheckJobs({ low: true }),
  ...(all ? [tool('prettier', PRETTIER)] : []),
])

/** `begun`: the worker that has taken checks since the build; a second one helps it now that no test runs. */
async function staticStage(begun) {
  await Promise.all([begun, staticChecks.work()])
  for (const { name, code, output, seconds } of staticChecks.results) {
    console.log(`  ${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`)
    if (code !== 0) console.log(output)
  }
  return staticChecks.results.every((r) => r.code === 0)
}

/** A report that is not there means that the runner died: that counts as a failure. */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    count.failed += 1
    return null
  }
}

async function vitestStage() {
  const args = ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${vitestReport}`]
  const { code } = await runTool(['node_modules/vitest/vitest.mjs', ...args], { live: true })
  const report = readReport(vitestReport)
  if (report) {
    count.passed += report.numPassedTests
    // A file that does not load has no tests to fail.
    count.failed += Math.max(report.numFailedTests, report.success ? 0 : 1)
    count.skipped += report.numPendingTests + report.numTodoTests
  }
  return code === 0
}

/** A real Electron, or null where there is none; that is a failure where FLEETLAB_NEEDS_ELECTRON is set. */
async function electronOrNull() {
  try {
    const reason = noElectronReason()
    if (reason !== null) throw new Error(reason)
    return await prepareElectron(console.log)
  } catch (error) {
    console.log(`no journeys in a real Electron: ${error.message}`)
    if (process.env.FLEETLAB_NEEDS_ELECTRON) count.failed += 1
    else count.skipped += 1
    return null
  }
}

async function playwrightStage() {
  const electron = await electronOrNull()
  const projects = ['--project=page', ...(electron ? ['--project=electron'] : [])]
  const { code } = await runTool(
    ['node_modules/@playwright/test/cli.js', 'test', ...projects, ...journeys, '--reporter=list,json'],
    { live: true, env: { PLAYWRIGHT_JSON_OUTPUT_NAME: playwrightReport, ...electron?.env } },
  ).finally(() => electron?.dispose())
  const stats = readReport(playwrightReport)?.stats
  if (stats) {
    count.passed += stats.expected + stats.flaky
    count.failed += Math.max(stats.unexpected, code === 0 ? 0 : 1)
    count.skipped += stats.skipped
  }
  return code === 0
}

async function stage(name, run) {
  const started = performance.now()
  console.log(`\n== ${name}`)
  const ok = await run()
  const took = `${((performance.now() - started) / 1000).toFixed(0)} s`
  console.log(ok ? `== ${name}: done in ${took}` : `\nFAILED in: ${name} (${took})`)
  if (!ok && count.failed === 0) count.failed = 1
  return ok
}

async function main() {
  if (!(await stage('build', buildStage))) return
  const begun = staticChecks.work()
  if (await stage('unit and integration tests', vitestStage))
    await stage('page in Chromium, desktop in Electron', playwrightStage)
  await stage(all ? 'lint and types' : 'types', () => staticStage(begun))
}

await main()
rmSync(reports, { recursive: true })
const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
process.exitCode = count.failed === 0 ? 0 : 1
console.log(`${count.passed} passed, ${count.failed} failed${skipped}`)
