import { connectAsync, type MqttClient } from 'mqtt'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from './fixtures'
import { openScreen, SCREENS } from './screens'

/** Names that mean something to a page, a terminal, a spreadsheet, an object or an eye. */
const NAMES = [
  '<img src=x onerror="top.taken=1">',
  '"><svg onload=top.taken=1>',
  "';top.taken=1//`${top.taken=1}`",
  '__proto__',
  'constructor',
  'x\u202egpj.exe',
  '\u001b[31mred\u001b[0m\u0007',
  '=HYPERLINK("http://x")',
  'end\nparticipant p9 as other',
  '%%{init: {"securityLevel": "loose"}}%%',
]
const LONG = `${'가'.repeat(20_000)}long`

const tshark = spawnSync('tshark', ['--version']).status === 0

/** Everything that can be named is named badly: clients, topics, payloads and what is subscribed to. */
async function publishAll(broker: string): Promise<MqttClient[]> {
  const clients = await Promise.all(NAMES.map((clientId) => connectAsync(broker, { clientId })))
  for (const [i, client] of clients.entries()) {
    const name = NAMES[i] ?? ''
    const topic = `evil/${name.replace(/[+#]/g, '')}/t`
    await client.subscribeAsync(topic, { qos: 2 })
    await client.publishAsync(topic, name, { qos: 1, retain: true })
    await client.publishAsync(topic, JSON.stringify({ [name]: name, toString: 1, __proto__: null }), {
      qos: 2,
    })
  }
  await clients[0]?.publishAsync(LONG, 'x'.repeat(65_536), { qos: 1 })
  return clients
}

test('no name of a client, topic or payload runs, breaks a screen or leaves its place in a file @smoke', async ({
  page,
  lab,
  context,
}) => {
  test.setTimeout(120_000)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  page.on('dialog', () => expect.soft(false, 'a dialog has opened').toBe(true))
  await openScreen(page, lab.url, 'lab')
  const clients = await publishAll(lab.broker)
  for (const screen of SCREENS) {
    await page.goto(`${lab.url}/#/${screen}`)
    await expect(page.locator('main').first()).toBeVisible()
    if (screen === 'traffic') {
      const search = page.getByPlaceholder('Find topic')
      for (const part of ['onerror', '__proto__', '\u202egpj', '[31mred']) {
        await search.fill(part)
        const shown = part.replace('\u202e', '\\u202e')
        await expect(page.getByRole('treeitem').nth(1)).toContainText(shown)
        await page.getByRole('treeitem').last().click()
        const heading = page.getByRole('region', { name: 'Payload' }).getByRole('heading')
        await expect(heading).toContainText(shown)
      }
      await search.fill('long')
      await page.getByRole('treeitem').last().click()
      await expect(page.getByText('xxxxxxxx').first()).toBeVisible()
    }
    expect(await page.evaluate(() => 'taken' in window)).toBe(false)
    expect(await page.locator('img[src="x"], svg[onload]').count()).toBe(0)
  }
  for (const client of clients) await client.endAsync()
})

test('what is taken along holds such names as text', async ({ page, lab, context }) => {
  test.setTimeout(120_000)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const clients = await publishAll(lab.broker)
  const query = `client:${NAMES.slice(0, 8)
    .map((n) => `"${n.replace(/["\\]/g, '\\$&')}"`)
    .join(',')}`
  await openScreen(page, lab.url, `handshakes?filter=${encodeURIComponent(query)}`)
  await expect(page.locator('[role=row][data-seq]').nth(3)).toBeVisible()
  const save = async (item: string): Promise<Buffer> => {
    await page.getByRole('button', { name: 'Export' }).click()
    const waiting = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: item }).click()
    return readFile(await (await waiting).path())
  }
  const svg = (await save('Save picture (SVG)')).toString()
  const odd = await page.evaluate((text) => {
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml')
    const handlers = [...parsed.querySelectorAll('*')].flatMap((e) => e.getAttributeNames())
    return {
      broken: parsed.querySelectorAll('parsererror').length,
      active: parsed.querySelectorAll('script, foreignObject, image, a').length,
      handlers: handlers.filter((a) => a.startsWith('on')),
    }
  }, svg)
  expect(odd).toEqual({ broken: 0, active: 0, handlers: [] })
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: 'Copy as Mermaid' }).click()
  await expect(page.getByText('Copied').first()).toBeVisible()
  const mermaid = (await page.evaluate(() => navigator.clipboard.readText())).trimEnd().split('\n')
  expect(mermaid[0]).toBe('sequenceDiagram')
  for (const line of mermaid.slice(1))
    expect(line).toMatch(/^ +(participant p\d+ as |p\d+\S*[-)>x]+p?\d|Note |rect|end$)/)
  expect(mermaid.some((line) => /<|"|%%|\u001b|\u202e/.test(line))).toBe(false)
  expect(/.{0,40}[\u001b\u202e]/.exec(svg)?.[0]).toBeUndefined()
  const pcapng = await save('Save packets for Wireshark (pcapng)')
  expect(pcapng.subarray(0, 4).toString('hex')).toBe('0a0d0d0a')
  if (tshark) {
    const file = test.info().outputPath('a.pcapng')
    await writeFile(file, pcapng)
    const read = (filter: string): string =>
      execFileSync('tshark', ['-r', file, '-Y', filter, '-T', 'fields', '-e', 'mqtt.clientid'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      }).toString()
    expect(read('_ws.malformed')).toBe('')
    expect(read('mqtt.msgtype == 1')).toContain('<img src=x')
  }
  for (const client of clients) await client.endAsync()
})
