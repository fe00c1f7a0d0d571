// Starts a packed application, as an installer would lay it down, waits until its page shows the broker's address, and
// lets it make a short load test, whose worker thread has to come out of the archive.
// The debugger of Node is fused off, that of the page is not: it is asked for by a port of Chromium's.
// Usage: node scripts/package-start.mjs dist/linux-unpacked/mqtt-fleet-lab
import { chromium } from '@playwright/test'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const LIMIT_MS = 60_000

/** Resolves to the address Chromium prints once its debugging port is open. */
function debuggerOf(child) {
  let said = ''
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (d) => {
      said += d
      const address = /DevTools listening on (ws:\S+)/.exec(said)?.[1]
      if (address !== undefined) resolve(address)
    })
    child.on('error', reject)
    child.on('close', (code) => reject(new Error(`it ended with ${code} before it showed a window\n${said}`)))
  })
}

async function firstPage(browser) {
  const context = browser.contexts()[0] ?? (await browser.newContext())
  return context.pages()[0] ?? (await context.waitForEvent('page', { timeout: LIMIT_MS }))
}

async function loadTest(page) {
  await page
    .getByText(/mqtt:\/\/127\.0\.0\.1:\d+/)
    .first()
    .waitFor({ timeout: LIMIT_MS })
  await page.locator('a[href$="/load"]').first().click()
  for (const [field, value] of [
    ['Publishers', '5'],
    ['Duration', '2s'],
  ]) {
    await page.getByRole('textbox', { name: field, exact: true }).fill(value)
    await page.keyboard.press('Tab')
  }
  await page.getByRole('button', { name: /^Start/ }).click()
  const counts = page.getByTestId('counts')
  await counts.waitFor({ timeout: LIMIT_MS })
  return (await counts.innerText()).replaceAll(/\s+/g, ' ')
}

const program = process.argv[2]
if (program === undefined) {
  console.error('usage: node scripts/package-start.mjs PROGRAM')
  process.exit(2)
}
const home = mkdtempSync(join(tmpdir(), 'fleetlab-start-'))
const env = { ...process.env, XDG_DATA_HOME: join(home, 'data'), XDG_CONFIG_HOME: join(home, 'config') }
const child = spawn(program, ['--remote-debugging-port=0'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
const ended = new Promise((resolve) => child.on('close', resolve))
const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
try {
  const browser = await chromium.connectOverCDP(await debuggerOf(child))
  const page = await firstPage(browser)
  console.log(`${program} shows ${page.url()}; its load test: ${await loadTest(page)}`)
  await browser.close()
} catch (error) {
  console.error(`${program}: ${error.message}`)
  process.exitCode = 1
} finally {
  child.kill('SIGTERM')
  await ended
  clearTimeout(limit)
  rmSync(home, { recursive: true, force: true })
}
