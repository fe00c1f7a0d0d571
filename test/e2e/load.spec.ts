import type { Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { expect, test } from './fixtures'
import {
  atRest,
  expectAccessible,
  expectNothingClipped,
  isUsual,
  looksTag,
  openScreen,
  takePicture,
} from './screens'

test.use({ scenario: 'examples/classroom-qos.yaml' })

const box = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })
async function fill(page: Page, name: string, text: string): Promise<void> {
  await box(page, name).fill(text)
  await page.keyboard.press('Tab')
}
const start = (page: Page) => page.getByRole('button', { name: /^Start/ })
const result = (page: Page) => page.getByTestId('result')

/** A small test that passes its thresholds on a busy machine too. */
async function small(page: Page, duration = '2s'): Promise<void> {
  await page.getByRole('button', { name: /^Thresholds/ }).click()
  await fill(page, 'Max p99', '')
  await fill(page, 'Publishers', '5')
  await fill(page, 'Rate each', '20')
  await fill(page, 'Duration', duration)
}
/** Runs the form to its end. */
async function runToEnd(page: Page, number: number): Promise<void> {
  await start(page).click()
  await expect(page.getByTestId('live')).toBeVisible()
  await expect(result(page).getByRole('heading', { name: `Run ${number}`, exact: true })).toBeVisible({
    timeout: 20_000,
  })
}

test('a test against the embedded broker is watched, judged, kept and exported @smoke', async ({
  page,
  lab,
}) => {
  await openScreen(page, lab.url, 'load')
  await expect(page.getByText('No load test yet')).toBeVisible()
  await small(page, '3s')
  await expect(page.getByTestId('command')).toContainText('--url embedded')
  await expect(page.getByTestId('command')).toContainText('--duration 3s')
  await start(page).click()
  const live = page.getByTestId('live')
  await expect(live.getByRole('progressbar', { name: 'Run 1' })).toBeVisible()
  await expect(live.getByTestId('kpi-connected')).toContainText('6')
  await expect(live.getByRole('img', { name: /^End-to-end latency: p50 [\d.]+ m?s/ })).toBeVisible()
  await expect(live.getByTestId('verdict')).toContainText('Max lost')

  await expect(result(page)).toBeVisible({ timeout: 20_000 })
  // A machine that is busy with something else makes a run inconclusive.
  await expect(page.getByTestId('verdict')).toContainText(/Thresholds passed: 1 of 1|Inconclusive/)
  const counts = page.getByTestId('counts')
  await expect(counts).toContainText('offered300')
  await expect(counts).toContainText('=acknowledged300')
  await expect(counts).toContainText('−lost0')
  await expect(page.getByTestId('latencies').getByRole('row', { name: /^end to end/ })).toContainText('300')
  await expectAccessible(page)

  const saved = async (form: string): Promise<string> => {
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: `Save as ${form}` }).click()
    return readFile(await (await download).path(), 'utf8')
  }
  expect(JSON.parse(await saved('JSON'))).toMatchObject({
    kind: 'fleetlab-load-report',
    offered: 300,
    lost: 0,
  })
  expect((await saved('CSV')).split('\n')[0]).toMatch(/^at_s,offered,/)
  expect(await saved('HTML')).toMatch(/^<!doctype html>/)

  await page.reload()
  await expect(page.getByTestId('history').getByRole('link')).toHaveCount(1)
  await expect(result(page)).toBeVisible()
  await page.getByRole('button', { name: 'Remove run 1' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByText('No runs yet')).toBeVisible()
})

test("the Lab's own broker is a target, and a threshold that is broken is told", async ({ page, lab }) => {
  await openScreen(page, lab.url, 'load')
  await small(page)
  await page.getByRole('button', { name: "the Lab's broker" }).click()
  await expect(box(page, 'URL')).toHaveValue(lab.broker)
  await fill(page, 'Min rate', '5000')
  await runToEnd(page, 1)
  const verdict = page.getByTestId('verdict')
  await expect(verdict).toContainText(/Thresholds failed: 1 of 2|Inconclusive/)
  await expect(verdict.locator('[data-state=failed]')).toContainText(/Min rate\s*≥ 5,000 \/s\s*failed: \d/)
  await expect(page.getByTestId('history')).toContainText(/failed|inconclusive/)
})

test('by keyboard alone: set up, start, stop, and the reload keeps what was measured', async ({
  page,
  lab,
}) => {
  await openScreen(page, lab.url, 'load')
  await expect(start(page)).toBeEnabled()
  await box(page, 'URL').focus()
  for (let i = 0; i < 20; i++) {
    await page.keyboard.press('Tab')
    if (await box(page, 'Publishers').evaluate((e) => e === document.activeElement)) break
  }
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type('4')
  await page.keyboard.press('Control+Enter')
  const live = page.getByTestId('live')
  await expect(live.getByTestId('kpi-rate')).toContainText('40')
  // In a field x would be a letter.
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('x')
  await expect(page.getByTestId('verdict')).toContainText('Stopped by the user', { timeout: 15_000 })
  await page.reload()
  await expect(page.getByTestId('history')).toContainText('stopped')
  await page.keyboard.press('h')
  await expect(page.getByTestId('history').getByRole('link').first()).toBeFocused()
})

test('two runs are compared, figure by figure and curve over curve', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'load')
  await small(page)
  await runToEnd(page, 1)
  await fill(page, 'Rate each', '40')
  await page.getByRole('radio', { name: '2', exact: true }).click()
  await runToEnd(page, 2)
  await expect(page.getByRole('button', { name: 'Compare two' })).toBeDisabled()
  for (const n of [1, 2]) await page.getByRole('checkbox', { name: `Compare run ${n}` }).check()
  await page.getByRole('button', { name: 'Compare two' }).click()
  const compare = page.getByTestId('compare')
  await expect(compare.getByRole('heading', { name: 'Run 1 and run 2' })).toBeVisible()
  await expect(compare.locator('[data-figure=publishRate]')).toContainText(/\+\d+.*better/)
  const settings = compare.getByTestId('settings')
  await expect(settings.getByRole('row', { name: '--rate 20 40' })).toBeVisible()
  await expect(settings.getByRole('row', { name: '--qos 1 2' })).toBeVisible()
  await expect(compare.getByRole('img')).toHaveCount(3)
  await expectAccessible(page)
  await page.reload()
  await expect(page.getByTestId('compare')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(result(page).getByRole('heading', { name: 'Run 2', exact: true })).toBeVisible()
})

test('a wrong address is told in one line, a wrong field where it stands @smoke', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'load')
  await fill(page, 'URL', 'http://127.0.0.1')
  await expect(page.getByText('expected mqtt://, mqtts://, ws:// or wss://').first()).toBeAttached()
  await expect(box(page, 'URL')).toHaveAttribute('aria-invalid', 'true')
  await expect(start(page)).toBeDisabled()
  await fill(page, 'URL', 'mqtt://127.0.0.1:1')
  await start(page).click()
  const failed = page.getByTestId('failed')
  await expect(failed.getByRole('alert')).toHaveText(
    'Cannot connect to mqtt://127.0.0.1:1: connection refused: nothing is listening there',
  )
  await expect(page.getByText('No runs yet')).toBeVisible()
  await expectAccessible(page)

  await fill(page, 'URL', 'mqtts://127.0.0.1:1')
  await page.getByRole('button', { name: /^Login and TLS/ }).click()
  await fill(page, 'CA file', '/nowhere/ca.pem')
  await start(page).click()
  await expect(box(page, 'CA file')).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByText(/found \/nowhere\/ca\.pem; expected a readable file/).first()).toBeAttached()

  await page.getByRole('button', { name: /^Client details/ }).click()
  await fill(page, 'Populations', '{"name": "a", "share": 1}\nb')
  await expect(page.getByText(/^population 2: expected one line of JSON/).first()).toBeAttached()
  await fill(page, 'Populations', '{"name": "a", "share": 1}')
  await expect(page.getByTestId('command')).toContainText('--population')
  await page.getByRole('combobox', { name: 'Preset' }).click()
  await page.getByRole('option', { name: 'fanout-1k' }).click()
  await expect(box(page, 'Subscribers')).toHaveValue('1000')
  await expect(page.getByTestId('command')).not.toContainText('--population')
})

test('another machine is a target only after a word, and a password stands in no command line', async ({
  page,
  lab,
}) => {
  await openScreen(page, lab.url, 'load')
  await fill(page, 'URL', 'mqtt://broker.invalid')
  await expect(page.getByText('This address is on another computer.')).toBeVisible()
  await page.getByRole('button', { name: /^Login and TLS/ }).click()
  await page.getByLabel('Password', { exact: true }).fill('s3cret')
  await expect(page.getByTestId('command')).toContainText('--password-env FLEETLAB_PASSWORD')
  await expect(page.getByTestId('command')).not.toContainText('s3cret')
  await start(page).click()
  const dialog = page.getByRole('dialog', { name: 'Send load to another computer?' })
  await expect(dialog).toContainText('up to 1,000 messages per second')
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(page.getByText('No load test yet')).toBeVisible()
  await page.reload()
  await expect(box(page, 'URL')).toHaveValue('mqtt://broker.invalid')
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('')
})

test('what does nothing is said and not sent, and a secret is asked for again after a reload', async ({
  page,
  lab,
}) => {
  await openScreen(page, lab.url, 'load')
  const command = page.getByTestId('command')
  await fill(page, 'URL', 'wss://127.0.0.1:1/?token=s3cret')
  await page.getByRole('button', { name: /^Login and TLS/ }).click()
  await page.getByLabel('accept any certificate').check()
  await fill(page, 'WS headers', 'Authorization: Bearer s3cret')
  await expect(command).toContainText('--insecure')
  await expect(command).toContainText('token=***')
  await expect(command).not.toContainText('s3cret')
  await page.reload()
  await expect(box(page, 'URL')).toHaveValue('wss://127.0.0.1:1/?token=***')
  await expect(box(page, 'WS headers')).toHaveValue('Authorization: ***')
  await expect(
    page.getByRole('alert').filter({ hasText: 'enter the value again in place of ***: neither' }),
  ).toBeVisible()
  await expect(
    page
      .getByRole('alert')
      .filter({ hasText: 'enter the value again in place of ***, or env:FLEETLAB_TOKEN' }),
  ).toBeVisible()
  await expect(start(page)).toBeDisabled()
  await fill(page, 'WS headers', '')
  await fill(page, 'URL', 'mqtt://127.0.0.1:1')
  await expect(page.getByText('Not used: the URL has neither mqtts:// nor wss://.')).toBeVisible()
  await expect(command).not.toContainText('--insecure')
  await expectAccessible(page)
})

for (const [name, size] of [
  ['1024x700', { width: 1024, height: 700 }],
  ['1440x900', { width: 1440, height: 900 }],
] as const) {
  test(
    `nothing is cut off at ${name}, in both languages and projector mode`,
    looksTag(size.width < 1100),
    async ({ page, lab }) => {
      await page.setViewportSize(size)
      await openScreen(page, lab.url, 'load')
      await small(page)
      await runToEnd(page, 1)
      for (const key of ['Shift+L', 'Shift+P', 'Shift+L', 'Shift+P']) {
        await page.keyboard.press(key)
        await atRest(page)
        await expectNothingClipped(page)
      }
    },
  )
}

for (const theme of ['dark', 'light'] as const) {
  test(
    `nothing stands in the way of a screen reader, in Korean, ${theme}`,
    looksTag(isUsual('ko', theme)),
    async ({ page, lab }) => {
      await openScreen(page, lab.url, 'load', { language: 'ko', theme })
      await expect(page.getByText('아직 부하 시험이 없습니다')).toBeVisible()
      for (const part of [/^합격 기준/, /^메시지/, /^클라이언트 상세/, /^로그인과 TLS/, /^더 보기/])
        await page.getByRole('button', { name: part }).click()
      await expectAccessible(page)
      await page.getByRole('textbox', { name: '시간', exact: true }).fill('2s')
      await page.keyboard.press('Control+Enter')
      await expect(page.getByTestId('live').getByTestId('kpi-rate')).toContainText('받음')
      await expect(result(page)).toBeVisible({ timeout: 20_000 })
      await expectAccessible(page)
    },
  )
}

test('pictures of a running test, in both languages and themes', looksTag(false), async ({ page, lab }) => {
  test.setTimeout(60_000)
  await openScreen(page, lab.url, 'load')
  await fill(page, 'Publishers', '50')
  await fill(page, 'Rate each', '4')
  await fill(page, 'Duration', '2s')
  await runToEnd(page, 1)
  await page.getByRole('button', { name: /^Thresholds/ }).click()
  await fill(page, 'Max p99', '250ms')
  await fill(page, 'Duration', '20s')
  await start(page).click()
  await expect(page.getByTestId('live')).toContainText(/12 of 20 s/, { timeout: 25_000 })
  // Shift+L changes the language, Shift+T the theme.
  for (const [name, key] of [
    ['load-en-dark', 'Shift+L'],
    ['load-ko-dark', 'Shift+T'],
    ['load-ko-light', 'Shift+L'],
    ['load-en-light', 'Shift+T'],
  ] as const) {
    await page.mouse.move(0, 0)
    await atRest(page)
    await takePicture(page, name)
    await page.keyboard.press(key)
  }
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
})
