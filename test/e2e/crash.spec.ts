import { expect, test, type Page } from '@playwright/test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { CONTRACT_VERSION, type EngineApi, type EngineEvents } from '../../electron/contract/api'
import { connectEngine } from '../../electron/contract/rpc'
import { createRandom } from '../../electron/engine/base/random'
import { createWebSocketChannel } from '../../electron/web/websocket-channel'
import { brokenFiles, filesBelow, keepsChanges } from '../helpers/kept-files'
import { until } from '../helpers/until'
import { startServe, type Served } from '../helpers/served'
import { changedMark } from '../helpers/changed-mark'

let data = ''
let kept = ''
test.beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'fleetlab-crash-'))
  kept = join(data, 'mqtt-fleet-lab')
})
const running = new Set<Served>()
test.afterEach(async () => {
  await Promise.all([...running].map((served) => served.end('SIGKILL')))
  running.clear()
  rmSync(data, { recursive: true, force: true })
})

async function serve(): Promise<Served> {
  const served = await startServe({ data })
  running.add(served)
  return served
}

/** A page of its own, without a browser. */
async function connect(url: string): Promise<EngineApi> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/engine`, { origin: url })
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  const none = new Proxy({} as EngineEvents, { get: () => () => undefined })
  const api = connectEngine(createWebSocketChannel(socket), none, () => undefined)
  await api.hello({ contract: CONTRACT_VERSION })
  return api
}

const lossOf = async (api: EngineApi): Promise<number> => {
  const { uplink } = (await api.getScenario({})).scenario.link
  return typeof uplink.loss === 'object' && 'p' in uplink.loss ? uplink.loss.p : NaN
}

test('a run that was killed is offered at the next start, restored as unsaved, and not offered again', async ({
  page,
}) => {
  test.slow()
  const first = await serve()
  await page.goto(first.url)
  const slider = (on: Page) => on.getByRole('slider', { name: /Packet loss on all links/ })
  await slider(page).focus()
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight')
  await expect(changedMark(page)).toBeVisible()
  const loss = await slider(page).getAttribute('aria-valuenow')
  await expect.poll(() => keepsChanges(kept)).toBe(true)
  await first.end('SIGKILL')
  expect(brokenFiles(kept)).toEqual([])

  const second = await serve()
  await page.goto('about:blank')
  await page.goto(second.url)
  await expect(page.getByText('The program did not close properly')).toBeVisible()
  await expect(page.getByText(/with changes not yet saved to a file/)).toBeVisible()
  await page.screenshot({ path: test.info().outputPath('recovered.png') })
  await page.getByRole('button', { name: 'Restore' }).click()
  await expect(slider(page)).toHaveAttribute('aria-valuenow', loss ?? '')
  await expect(changedMark(page)).toBeVisible()
  await expect(page.getByText('The program did not close properly')).toBeHidden()
  await page.goto('about:blank')
  await second.end('SIGINT')

  // Ctrl-C keeps what is in no file; once it was given up, nothing is offered any more.
  const third = await serve()
  await page.goto(third.url)
  await page.getByRole('button', { name: 'Discard' }).click()
  await expect(page.getByRole('button', { name: 'Restore' })).toBeHidden()
  await page.goto('about:blank')
  await third.end('SIGINT')
  expect(filesBelow(kept).filter((n) => n.startsWith('sessions'))).toEqual([])

  const fourth = await serve()
  await page.goto(fourth.url)
  await expect(slider(page)).toBeVisible()
  await expect(page.getByText('The program did not close properly')).toBeHidden()
  await fourth.end('SIGINT')
})

test('killed in the middle of saves at random moments: every file parses, a second is lost at most', async () => {
  test.setTimeout(120_000)
  const random = createRandom(20_261_123, 'kill')
  let lesson = 0
  for (let round = 0; round < 4; round++) {
    const host = await serve()
    const api = await connect(host.url)
    const done: { p: number; atMs: number }[] = []
    let running = true
    const write = async (): Promise<void> => {
      for (let i = 1; running; i++) {
        const p = (round * 1000 + i) / 100_000
        await Promise.all([
          api.setLoss({ p }),
          api.setSettings({ patch: { projector: i % 2 === 0 } }),
          api.markLesson({ lesson: `l${lesson++}`, variant: 'v' }),
        ])
        done.push({ p, atMs: performance.now() })
      }
    }
    const ended = write().catch(() => undefined)
    const rounds = 40 + Math.floor(random() * 200)
    await until(() => done.length >= rounds, `${rounds} saves`)
    const killedMs = performance.now()
    await host.end('SIGKILL')
    running = false
    await ended
    expect(brokenFiles(kept), `round ${round}`).toEqual([])

    const next = await serve()
    const after = await connect(next.url)
    const state = await after.getWorkspace({})
    expect(state.recovered, `round ${round}`).toMatchObject({ changed: true })
    await after.settleRecovery({ action: 'restore' })
    const asOf = done.findLast((d) => d.atMs < killedMs - 1000)?.p ?? 0
    expect(await lossOf(after), `round ${round}: ${done.length} saves`).toBeGreaterThanOrEqual(asOf)
    await next.end('SIGINT')
    expect(brokenFiles(kept)).toEqual([])
  }
})

test('a load test that was killed is in the history, with what it measured until the last second @smoke', async () => {
  const host = await serve()
  const api = await connect(host.url)
  const config = {
    url: 'embedded',
    publishers: 4,
    subscribers: 1,
    executor: { kind: 'constant-rate', rate: 50 },
  }
  await api.startLoad({
    config: { ...config, duration: '60s' } as Parameters<EngineApi['startLoad']>[0]['config'],
  })
  const journal = (): boolean => filesBelow(kept).some((n) => n.endsWith('.journal'))
  await expect.poll(journal).toBe(true)
  const lines = (): number =>
    filesBelow(kept)
      .filter((n) => n.endsWith('.journal'))
      .reduce((sum, n) => sum + readFileSync(join(kept, n), 'utf8').split('\n').length, 0)
  await until(() => lines() > 8, 'eight lines of the journal')
  await host.end('SIGKILL')
  expect(brokenFiles(kept).filter((n) => !n.endsWith('.journal'))).toEqual([])

  const next = await serve()
  const after = await connect(next.url)
  const [run] = await after.listLoadRuns({})
  expect(run).toMatchObject({ number: 1, outcome: 'aborted' })
  const { report } = await after.getLoadRun({ runId: run?.runId ?? '' })
  expect(report.offered).toBeGreaterThan(100)
  expect(report.series.length).toBeGreaterThan(0)
  expect(journal()).toBe(false)
  await next.end('SIGINT')
})
