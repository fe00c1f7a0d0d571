import { expectPolicy } from './electron-journeys'
import { expect, test } from './fixtures'

test('the page is live in a browser, over a WebSocket to its own origin', async ({ page, lab }) => {
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

test('the policy keeps foreign scripts and requests out', async ({ page, lab, complaints }) => {
  await page.goto(lab.url)
  await expectPolicy(page)
  // What was refused on purpose is on the console.
  complaints.length = 0
})
