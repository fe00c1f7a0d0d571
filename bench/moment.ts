import type { BrowserContext, Page } from '@playwright/test'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { measurePage, type Reading } from './page-meter'

const SCRUB_MS = 8000
/** Until the three clients have sent as many packets as the diagram holds. */
const FILL_MS = 15_000
/** From one end of the moment to the other. */
const SWEEP_MS = 2000
/** For a page that opens beside a busy engine. */
const PATIENCE_MS = 60_000

/** Clients whose packets fill the diagram: several hundred, which is all that it holds. */
const CLIENTS = 'client:dev-1,dev-2,dev-3'

/** Shares what Handshakes holds of three clients as one file. @returns its path */
export async function saveMoment(page: Page, url: string, folder: string): Promise<string> {
  await page.goto(`${url}#/handshakes`, { timeout: PATIENCE_MS })
  await page.getByRole('combobox', { name: 'Packet filter' }).fill(CLIENTS)
  await page.keyboard.press('Enter')
  await page.waitForTimeout(FILL_MS)
  await page.getByRole('button', { name: 'Pause or resume the live view' }).click()
  await page.waitForTimeout(1000)
  const saved = page.waitForEvent('download', { timeout: PATIENCE_MS })
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: /^Share this moment/ }).click()
  const file = join(folder, 'moment.html')
  await (await saved).saveAs(file)
  return file
}

/** What dragging the slider took. */
export interface Scrubbed {
  reading: Reading
  /** CPU of the page's process for each frame, ms: unlike the rate it says the same on a busy machine. */
  cpuMs: number
  /** What the moment says of itself. */
  counts: string
}

/** CPU seconds that all pages of the browser have used. */
async function pagesCpu(context: BrowserContext): Promise<number> {
  const cdp = await context.browser()?.newBrowserCDPSession()
  if (!cdp) throw new Error('this context has no browser')
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo')
  await cdp.detach()
  return processInfo.filter((p) => p.type === 'renderer').reduce((sum, p) => sum + p.cpuTime, 0)
}

/** Opens the file without a network and drags its slider from end to end with the mouse. */
export async function scrubMoment(context: BrowserContext, file: string): Promise<Scrubbed> {
  const page = await context.newPage()
  await context.setOffline(true)
  const meter = await measurePage(page)
  await page.goto(pathToFileURL(file).href)
  const slider = page.getByRole('slider')
  await slider.waitFor({ timeout: PATIENCE_MS })
  const box = await slider.boundingBox()
  if (!box) throw new Error('the moment has no slider')
  const y = box.y + box.height / 2
  await page.mouse.move(box.x + box.width - 8, y)
  await page.mouse.down()
  await page.waitForTimeout(1000)
  await meter.begin()
  const cpuAtFirst = await pagesCpu(context)
  const from = performance.now()
  let moves = 0
  for (let ms = 0; ms < SCRUB_MS; ms = performance.now() - from) {
    const sweep = ms / SWEEP_MS
    const share = Math.floor(sweep) % 2 === 0 ? 1 - (sweep % 1) : sweep % 1
    await page.mouse.move(box.x + 8 + share * (box.width - 16), y)
    moves++
  }
  const cpu = (await pagesCpu(context)) - cpuAtFirst
  const reading = await meter.end(moves)
  await page.mouse.up()
  return {
    reading,
    cpuMs: (cpu * 1000) / reading.frames,
    counts: await page.getByTestId('counts').innerText(),
  }
}
