import type { Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { expect, test } from './fixtures'
import { expectAccessible, looksTag } from './screens'

test.use({ scenario: 'examples/classroom-qos.yaml' })

async function open(page: Page, url: string): Promise<void> {
  await page.goto(`${url}#/experiments`)
  await expect(page.getByText('No experiment yet')).toBeVisible()
}

/** Replaces the text of a field and leaves it. */
async function fill(page: Page, field: string | RegExp, text: string): Promise<void> {
  await page.getByRole('textbox', { name: field }).fill(text)
  await page.keyboard.press('Tab')
}

async function saved(page: Page, form: string): Promise<Buffer> {
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: `Save as ${form}` }).click()
  return readFile(await (await download).path())
}

test('an experiment runs to its end and is exported @smoke', async ({ page, lab }) => {
  await open(page, lab.url)
  await fill(page, /^Loss/, '0, 20')
  await fill(page, /^Messages/, '200')
  await expect(page.getByText('--loss 0,0.2')).toBeVisible()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page.getByText('6 points, 1,200 messages')).toBeVisible({ timeout: 20_000 })

  const conclusion = page.getByTestId('conclusion')
  await expect(conclusion).toContainText(/At 20% loss: QoS\s0 loses \d+(\.\d)?% of the messages\./)
  await expect(conclusion).toContainText(/QoS\s1 delivers all of them, with \d+ duplicates per 100\./)
  await expect(conclusion).toContainText(
    /QoS\s2 delivers each exactly once, using 5\.\d packets per message\./,
  )
  const row = page.getByRole('row', { name: /QoS 2/ })
  await expect(row).toContainText('1.000')

  await page.getByRole('combobox', { name: 'loss' }).click()
  await page.getByRole('option', { name: 'all loss levels' }).click()
  await expect(page.getByRole('row')).toHaveCount(7)

  const csv = (await saved(page, 'CSV')).toString()
  expect(csv.trimEnd().split('\r\n')).toHaveLength(7)
  const json = JSON.parse((await saved(page, 'JSON')).toString()) as { points: unknown[]; complete: boolean }
  expect([json.points.length, json.complete]).toEqual([6, true])
  const png = await saved(page, 'PNG')
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  expect(png.length).toBeGreaterThan(20_000)
})

test('an experiment is set up, run and cancelled by keyboard, and outlives a reload', async ({
  page,
  lab,
}) => {
  await open(page, lab.url)
  await page.getByRole('textbox', { name: /^Messages/ }).focus()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type('50000')
  await page.keyboard.press('Enter')
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect(page.getByRole('progressbar', { name: 'QoS against packet loss' })).toBeVisible()
  const cancel = page.getByRole('button', { name: 'Cancel' })
  await cancel.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByText(/cancelled after \d+ of 21 points/)).toBeVisible()
  await page.reload()
  await expect(page.getByText(/cancelled after \d+ of 21 points/)).toBeVisible()
})

test('settings that cannot be are refused where they stand', async ({ page, lab }) => {
  await open(page, lab.url)
  const run = page.getByRole('button', { name: 'Run', exact: true })
  await fill(page, 'Delay', '40')
  await expect(page.getByText('Retry timeout: expected more than 80 ms')).toBeVisible()
  await expect(run).toBeDisabled()
  await page.getByRole('radio', { name: 'tcp' }).last().click()
  await expect(run).toBeEnabled()
  for (const q of [0, 1, 2]) await page.getByRole('button', { name: `QoS ${q}`, exact: true }).click()
  await expect(page.getByText('Choose at least one QoS level.')).toBeVisible()
  await expect(run).toBeDisabled()
})

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme, locale: 'ko-KR' })
    test(
      'nothing stands in the way of a screen reader, in Korean',
      looksTag(colorScheme === 'light'),
      async ({ page, lab }) => {
        await page.goto(`${lab.url}#/experiments`)
        await fill(page, /^메시지/, '50')
        await page.getByRole('button', { name: '실행', exact: true }).click()
        await expect(page.getByTestId('conclusion')).toContainText('손실 20%에서')
        await expect(page.getByRole('button', { name: '다시 실행', exact: true })).toBeVisible({
          timeout: 20_000,
        })
        await expectAccessible(page, 'main')
      },
    )
  })
}
