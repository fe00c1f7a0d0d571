import { expect, test } from '@playwright/test'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { endOf, Home, launch } from './runtime'

test('newer versions: asked about once, looked up after a yes, and opened by the system’s browser', async () => {
  const headers: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    headers.push(request.headers)
    response.end(JSON.stringify({ tag_name: 'v99.0.0', html_url: `${origin}/v99.0.0` }))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const home = new Home()
  const app = await launch(home, { env: { FLEETLAB_RELEASES: `${origin}/latest.json` } })
  const end = endOf(app)
  try {
    const page = await app.firstWindow()
    await expect(page.getByText('Look for newer versions once a day?')).toBeVisible()
    expect(headers).toEqual([])
    await page.getByRole('button', { name: 'Look', exact: true }).click()
    await expect(page.getByText('Version 99.0.0 is available')).toBeVisible()
    expect(headers).toHaveLength(1)
    expect(headers[0]).toMatchObject({ 'user-agent': 'mqtt-fleet-lab', 'accept-language': '*' })
    expect(headers[0]?.cookie).toBeUndefined()
    const opened = app.evaluate(
      ({ shell }) =>
        new Promise<string>((resolve) => {
          shell.openExternal = (url) => {
            resolve(url)
            return Promise.resolve()
          }
        }),
    )
    await app.evaluate(() => undefined)
    await page.getByRole('link', { name: `${origin}/v99.0.0` }).click()
    expect(await opened).toBe(`${origin}/v99.0.0`)
    await expect(page).toHaveURL(/^app:/)
  } finally {
    await end()
    server.closeAllConnections()
    server.close()
    await home.remove()
  }
})
