import { chromium, type Page } from '@playwright/test'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuilt } from '../scripts/build-once.mjs'
import { findChromium } from '../test/helpers/chromium'
import { startServe, type Served } from '../test/helpers/served'
import { saveMoment, scrubMoment } from './moment'
import { measurePage, type PageMeter, type Reading } from './page-meter'
import { cpuSeconds } from './process-use'
import { NODE_FLAGS, pageScenario } from './settings'

/**
 * The built page in Chromium while 1,000 devices publish 10,000 messages per second: every screen in turn, with a user who
 * types and clicks. `--minutes 10` goes round for so long, to see whether memory stays. Engine and page share the machine;
 * what each uses is printed apart. At the end
 * what Handshakes holds is shared as one file, and that is scrubbed by the mouse after the engine has ended; `--moment` measures this alone.
 */
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, moment: { type: 'boolean', default: false } },
})
const minutes = Number(values.minutes)
const DWELL_MS = 8000
const WARM_UP_MS = 4000

async function startEngine(data: string): Promise<Served> {
  const file = join(data, 'bench.yaml')
  writeFileSync(file, pageScenario('Page bench'))
  await ensureBuilt(console.log)
  return startServe({ data, args: ['--scenario', file], node: NODE_FLAGS })
}

/** What a user does on every screen; the number of inputs made. */
async function everywhere(page: Page): Promise<number> {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('zoom', { delay: 60 })
  await page.keyboard.press('Escape')
  return 6
}

/** What a user does on one screen. */
const ACTIONS: Record<string, (page: Page) => Promise<number>> = {
  async lab(page) {
    await page.getByRole('option').nth(3).click()
    await page.keyboard.press('+')
    await page.waitForTimeout(1000)
    await page.keyboard.press('Escape')
    return 3
  },
  async handshakes(page) {
    const text = 'client:dev-7'
    await page.keyboard.press('/')
    await page.keyboard.type(text, { delay: 60 })
    await page.keyboard.press('Enter')
    await page.waitForTimeout(1500)
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await page.keyboard.press('Escape')
    return text.length + 4
  },
  async traffic(page) {
    await page.getByRole('textbox', { name: 'Wildcard tester' }).fill('bench/+/value')
    await page.keyboard.press('Tab')
    await page.getByRole('treeitem').first().click()
    return 3
  },
}

async function visit(page: Page, screen: string, meter: PageMeter): Promise<Reading> {
  await meter.begin()
  await page.locator(`nav a[href="#/${screen}"]`).click()
  const until = Date.now() + DWELL_MS
  await page.waitForTimeout(1500)
  let inputs = 1 + (await everywhere(page))
  inputs += (await ACTIONS[screen]?.(page)) ?? 0
  await page.waitForTimeout(Math.max(0, until - Date.now()))
  return meter.end(inputs)
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, n) => a + n, 0)
const part = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

function line(name: string, readings: readonly Reading[], engine: number): string {
  const inputs = readings.flatMap((r) => r.inputMs).sort((a, b) => a - b)
  const cells = [
    name.padEnd(12),
    (sum(readings.map((r) => r.frames)) / sum(readings.map((r) => r.seconds))).toFixed(1).padStart(8),
    String(Math.min(...readings.map((r) => r.worstSecond))).padStart(8),
    String(sum(readings.map((r) => r.longTasks))).padStart(7),
    Math.max(...readings.map((r) => r.longestTaskMs))
      .toFixed(0)
      .padStart(9),
    part(inputs, 0.5).toFixed(0).padStart(9),
    (inputs.at(-1) ?? 0).toFixed(0).padStart(9),
    `${((sum(readings.map((r) => r.mainThread)) / readings.length) * 100).toFixed(0)} %`.padStart(8),
    Number.isNaN(engine) ? '' : `${(engine * 100).toFixed(0)} %`.padStart(8),
  ]
  return cells.join('')
}

const HEAD =
  'screen      frames/s   worst   long  longest    input    input    page  engine\n' +
  '                      second  tasks       ms   p50 ms   max ms    core    core'

interface Measured {
  readings: Map<string, Reading[]>
  heaps: number[]
  /** CPU of the engine's process while a screen was shown, share of a core. */
  engineCore: Map<string, number>
}

async function goRound(page: Page, url: string, child: ChildProcess): Promise<Measured> {
  const meter = await measurePage(page)
  await page.goto(url)
  await page.waitForTimeout(WARM_UP_MS)
  const hrefs = await page
    .locator('nav a[href^="#/"]')
    .evaluateAll((all) => all.map((a) => a.getAttribute('href')))
  const screens = hrefs.flatMap((h) => h?.slice(2) ?? [])
  const readings = new Map<string, Reading[]>()
  const heaps: number[] = []
  const engineCore = new Map<string, number>()
  const until = Date.now() + minutes * 60_000
  do {
    for (const screen of screens) {
      const before = cpuSeconds(child.pid ?? 0)
      const reading = await visit(page, screen, meter)
      engineCore.set(screen, (cpuSeconds(child.pid ?? 0) - before) / reading.seconds)
      readings.set(screen, [...(readings.get(screen) ?? []), reading])
    }
    heaps.push(await meter.heapMb())
  } while (Date.now() < until)
  return { readings, heaps, engineCore }
}

async function report(page: Page, { readings, heaps, engineCore }: Measured): Promise<void> {
  console.log(HEAD)
  for (const [screen, of] of readings) console.log(line(screen, of, engineCore.get(screen) ?? Number.NaN))
  const all = [...readings.values()].flat()
  const frames = sum(all.map((r) => r.frames)) / sum(all.map((r) => r.seconds))
  const slowest = Math.max(...all.flatMap((r) => r.inputMs))
  const stats = (await page.locator('header dl').innerText()).replaceAll('\n', ' ')
  console.log(`\nat the end the page says: ${stats}`)
  console.log(`frames   ${frames.toFixed(1)} a second over all screens (hold: 55 or more)`)
  console.log(`input    ${slowest.toFixed(0)} ms at most to the next picture (hold: under 100 ms)`)
  console.log(
    `heap     ${heaps.map((h) => h.toFixed(1)).join(', ')} MB after a collection, once a round (hold: flat)`,
  )
}

const folder = mkdtempSync(join(tmpdir(), 'fleetlab-bench-'))
const engine = await startEngine(folder)
const found = await findChromium()
const browser = await chromium.launch(found)
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' })
  const page = await context.newPage()
  page.on('pageerror', (error) => console.error(`the page failed: ${error.message}`))
  if (!values.moment) await report(page, await goRound(page, engine.url, engine.child))
  const file = await saveMoment(page, engine.url, folder)
  await page.close()
  await engine.end()
  const { reading, cpuMs, counts } = await scrubMoment(context, file)
  console.log(`\n${HEAD}\n${line('moment', [reading], Number.NaN)}`)
  console.log(
    `moment   ${cpuMs.toFixed(1)} ms of CPU for each frame while it is scrubbed (hold: under 16), ${counts}`,
  )
} finally {
  await browser.close()
  await engine.end()
  rmSync(folder, { recursive: true, force: true })
}
