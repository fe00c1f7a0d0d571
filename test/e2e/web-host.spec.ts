import { expectPolicy } from './electron-journeys'
import { expect, test } from './fixtures'
import { openScreen } from './screens'

test('the page is live in a browser, over a WebSocket to its own origin @smoke', async ({ page, lab }) => {
  const sockets: string[] = []
  page.on('websocket', (socket) => sockets.push(socket.url()))
  await page.goto(lab.url)
  await expect(page.getByText(lab.broker).first()).toBeVisible()
  const shown = (): Promise<string> => page.locator('body').innerText()
  const before = await shown()
  await expect.poll(shown, { message: 'the page changes with what the engine tells it' }).not.toBe(before)
  expect(sockets).toEqual([`${lab.url.replace('http', 'ws')}/engine`])
  expect(await page.evaluate(() => 'fleetlab' in window)).toBe(false)
})

test('the policy keeps foreign scripts and requests out @smoke', async ({ page, lab, complaints }) => {
  await page.goto(lab.url)
  await expectPolicy(page)
  // What was refused on purpose is on the console.
  complaints.length = 0
})

test.describe('a first start', () => {
  test.use({ scenario: '' })

  test('shows three devices in slow motion and three steps, and the full demo by one click @smoke', async ({
    page,
    lab,
  }) => {
    await openScreen(page, lab.url, 'lab')
    const hint = page.getByRole('region', { name: 'Welcome: three devices in slow motion' })
    await expect(hint.getByRole('listitem')).toHaveCount(3)
    await expect(page.getByRole('button', { name: 'Scenario file: Three devices' })).toBeVisible()
    await expect(page.getByRole('radio', { name: 'Slow motion' })).toBeChecked()
    await expect(page.getByRole('region', { name: 'Fleet', exact: true })).toHaveCount(0)
    await hint.getByRole('button', { name: 'Open the full demo' }).click()
    await expect(page.getByRole('button', { name: 'Scenario file: Small home' })).toBeVisible()
    await expect(page.getByRole('region', { name: 'Fleet', exact: true })).toBeVisible()
    await expect(page.getByRole('radio', { name: '1x' })).toBeChecked()
    await expect(hint).toHaveCount(0)
  })
})
