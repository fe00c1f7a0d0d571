import { connectAsync } from 'mqtt'
import { readFileSync } from 'node:fs'
import { expect, test } from './fixtures'
import { expectAccessible, expectLooks, looksTag, openScreen, untilRan } from './screens'

test('every look of Traffic is accessible and pictured', looksTag(false), async ({ page, lab }) => {
  test.setTimeout(120_000)
  await openScreen(page, lab.url, 'traffic')
  await untilRan(page, 12)
  await page.getByRole('slider', { name: /Packet loss/ }).focus()
  await page.keyboard.press('PageUp')
  await untilRan(page, 26)
  await page.getByLabel('Wildcard tester').fill('home/+/temperature')
  await expect(page.getByText('of 42 topics match')).toBeVisible()
  await page.getByRole('treeitem').filter({ hasText: 'temperature' }).nth(2).click()
  await expectLooks(page, 'traffic')
})

test('a topic is found with a wildcard, and the tester says why @smoke', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'traffic')
  const tree = page.getByRole('tree', { name: 'Topics' })
  await expect(tree.getByRole('treeitem').first()).toBeVisible()
  const field = page.getByLabel('Wildcard tester')
  await field.fill('home/+/kwh')
  await expect(page.getByRole('status').filter({ hasText: 'topics match' })).toContainText('6')
  await expect(page.getByText(/Matches\..*\+ matches exactly one level, here meter-1/)).toBeVisible()
  await expect(tree.locator('.hit').first()).toContainText('kwh')
  await field.fill('home/+')
  await expect(page.getByText(/the filter ends after 2/)).toBeVisible()
  await field.fill('home/a+')
  await expect(
    page.getByText('Not a topic filter: + must occupy an entire level, # only the last one.'),
  ).toBeVisible()
})

test('the tree is walked by keyboard and shows a payload in three forms', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'traffic')
  const tree = page.getByRole('tree', { name: 'Topics' })
  await expect(tree.getByRole('treeitem', { name: /state/ }).first()).toBeVisible()
  await tree.focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowLeft')
  await expect(tree.getByRole('treeitem')).toHaveCount(1)
  await page.keyboard.press('ArrowRight')
  const first = tree.getByRole('treeitem').nth(1)
  await expect(first).toHaveAttribute('aria-expanded', 'false')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect(tree.locator('.at')).toHaveAttribute('aria-expanded', 'true')
  await page.keyboard.press('ArrowRight')
  await expect(tree.locator('.at')).toContainText('state')
  await page.keyboard.press('Enter')
  const payload = page.getByRole('region', { name: 'Payload' })
  await expect(payload.getByRole('heading')).toHaveText(/^home\/door-\d\/state$/)
  await expect(payload.getByText('"n": ').first()).toBeVisible()
  await payload.getByRole('radio', { name: 'Hex' }).click()
  await expect(payload.getByText(/^7b 22/)).toBeVisible()
  await payload.getByRole('radio', { name: 'Text' }).click()
  await expect(payload.locator('pre')).toContainText('{"n":')
})

test('a retained message is marked and can be cleared', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'traffic')
  const row = page.getByRole('treeitem').filter({ hasText: 'retained' }).first()
  await expect(row).toBeVisible()
  // Nobody publishes it again while the run stands still.
  await page.keyboard.press('P')
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible()
  await row.click()
  const payload = page.getByRole('region', { name: 'Payload' })
  await expect(payload.getByText('retained', { exact: true })).toBeVisible()
  await payload.getByRole('button', { name: 'Clear' }).click()
  await expect(payload.getByText('retained', { exact: true })).toHaveCount(0)
})

test('a search keeps only topics with the text, and Escape brings all back', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'traffic')
  const field = page.getByPlaceholder('Find topic')
  await expect(page.getByRole('treeitem', { name: /kwh/ }).first()).toBeVisible()
  await page.keyboard.press('/')
  await expect(field).toBeFocused()
  await field.fill('meter-3')
  await expect(page.getByRole('treeitem')).toHaveCount(3)
  await field.press('Escape')
  await expect.poll(() => page.getByRole('treeitem').count()).toBeGreaterThan(10)
  await field.fill('nowhere')
  await expect(page.getByText('No topic path contains this text')).toBeVisible()
})

test('what the broker keeps, and for whom, is shown, and its own topics when asked for', async ({
  page,
  lab,
}) => {
  await openScreen(page, lab.url, 'traffic')
  const kept = page.getByRole('region', { name: 'Kept by the broker' })
  await kept.getByRole('button', { name: 'Show what the broker keeps, and for whom' }).click()
  await expect(kept.getByRole('row', { name: /^Subscriptions .* 134 MB/ })).toBeVisible()
  await expect(kept.getByRole('row', { name: /^dashboard/ })).toContainText('1: ')
  await expectAccessible(page)
  await kept.getByRole('button', { name: 'Hide what the broker keeps' }).click()
  await expect(kept.getByRole('table')).toHaveCount(0)
  await expect(page.getByRole('treeitem', { name: /\$SYS/ })).toHaveCount(0)
  await page.getByLabel('Wildcard tester').fill('$SYS/broker/version')
  await expect(page.getByRole('treeitem', { name: /\$SYS/ }).first()).toBeVisible()
})

test('rates are drawn by packet type, QoS and group', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'traffic')
  const rates = page.getByRole('region', { name: 'Rate' })
  await expect(rates.getByRole('img', { name: 'PUBREC' })).toBeVisible()
  await expect(rates.locator('canvas')).toHaveCount(6)
  await rates.getByRole('radio', { name: 'QoS' }).click()
  await expect(rates.locator('canvas')).toHaveCount(3)
  await rates.getByRole('radio', { name: 'Group' }).click()
  await expect(rates.getByRole('img', { name: 'Temperature sensors' })).toBeVisible()
})

test('a time drawn on a rate chart is what Handshakes shows, until it is cleared', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'traffic')
  const rates = page.getByRole('region', { name: 'Rate' })
  await untilRan(page, 5)
  const over = rates.locator('.u-over').first()
  const box = await over.boundingBox()
  if (!box) throw new Error('there is no chart')
  const x = (secondsAgo: number): number => box.x + box.width * (1 - secondsAgo / 60)
  await page.mouse.move(x(3), box.y + 10)
  await page.mouse.down()
  await page.mouse.move(x(0.2), box.y + 10, { steps: 4 })
  await page.mouse.up()
  const show = rates.getByRole('button', { name: /Show this time in Handshakes/ })
  const [, from = '', to = ''] = /([\d.]+) to ([\d.]+) s/.exec(await show.innerText()) ?? []
  expect(Number(to) - Number(from)).toBeGreaterThanOrEqual(3)
  await show.click()
  await expect(page).toHaveURL(/#\/handshakes/)
  await expect(page.getByRole('combobox', { name: 'Packet filter' })).toHaveValue(`time:${from}..${to}s`)
  const rows = page.locator('[role=row][data-seq]')
  await expect(rows.first()).toBeVisible()
  for (const time of await rows.locator('.mono').first().allInnerTexts()) {
    expect(Number(time)).toBeGreaterThanOrEqual(Number(from))
    expect(Number(time)).toBeLessThan(Number(to))
  }
  await page.getByRole('button', { name: /Show all times/ }).click()
  await expect(page.getByRole('combobox', { name: 'Packet filter' })).toHaveValue('')
})

test('the same by keyboard', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'traffic')
  await untilRan(page, 4)
  await page.getByRole('group', { name: /Drag over a chart/ }).focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Shift+ArrowLeft')
  await page.keyboard.press('Shift+ArrowLeft')
  await expect(page.getByRole('button', { name: /Show this time/ })).toContainText(/\d to \d/)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/#\/handshakes/)
  await expect(page.getByText('The selected time range starts here')).toBeVisible()
  await page.keyboard.press('Shift+E')
  await expect(page.getByText('The selected time range starts here')).toHaveCount(0)
})

/** Publishes one QoS 0 message on each topic and waits until the broker has read them all. */
async function publishAll(broker: string, topics: readonly string[]): Promise<void> {
  const client = await connectAsync(broker)
  for (let i = 0; i < topics.length; i++) {
    client.publish(topics[i] ?? '', `{"v":${i % 97}}`)
    if (i % 500 === 499) await new Promise((done) => setImmediate(done))
  }
  await client.publishAsync('plant/done', '1', { qos: 1 })
  await client.endAsync()
}

test('fifty thousand topics are searched, matched and scrolled', async ({ page, lab }) => {
  test.setTimeout(120_000)
  const topics = Array.from({ length: 49_900 }, (_, i) => `plant/hall-${i % 50}/machine-${i}/value`)
  await publishAll(lab.broker, topics)
  await openScreen(page, lab.url, 'traffic')
  await expect(page.getByText(/49,9\d\d topics/)).toBeVisible({ timeout: 30_000 })
  await page.getByPlaceholder('Find topic').fill('machine-')
  const tree = page.getByRole('tree', { name: 'Topics' })
  await expect(tree.getByRole('treeitem').filter({ hasText: 'machine-' }).first()).toBeVisible()
  // Lines in sight are on the page, not all hundred thousand.
  expect(await tree.getByRole('treeitem').count()).toBeLessThan(120)
  await page.getByLabel('Wildcard tester').fill('plant/+/machine-4999/#')
  await expect(page.getByRole('status').filter({ hasText: 'topics match' })).toContainText('1')
  // How long a frame takes meanwhile is measured by `npm run bench:page`.
  await tree.evaluate(async (el) => {
    for (let i = 0; i < 90; i++) {
      el.scrollTop += el.scrollHeight / 90
      await new Promise<number>((done) => requestAnimationFrame(done))
    }
  })
  expect(await tree.getByRole('treeitem').count()).toBeLessThan(120)
  await tree.focus()
  await page.keyboard.press('End')
  await expect(tree.locator('.at')).toContainText('value')
  await expect(
    tree
      .getByRole('treeitem')
      .filter({ hasText: /machine-49\d\d\d/ })
      .first(),
  ).toBeVisible()
})

test('a payload tells what changed since the one before, and draws its numbers', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'traffic')
  const client = await connectAsync(lab.broker)
  // all in one millisecond, where they can be
  await Promise.all(
    [
      '{"v":3,"mode":"slow"}',
      '{"v":9,"mode":"slow"}',
      '{"v":6,"mode":"fast","at":{"serial":1688888483063664642}}',
    ].map((payload) => client.publishAsync('plant/pump', payload, { qos: 1 })),
  )
  await client.publishAsync('hall "2", east/valve 1', "'=1+1", { qos: 1 })
  await client.endAsync()
  await page.getByPlaceholder('Find topic').fill('pump')
  await page.getByRole('treeitem').filter({ hasText: 'pump' }).click()
  const payload = page.getByRole('region', { name: 'Payload' })
  await expect(payload.getByText('was 9')).toBeVisible()
  await expect(payload.getByText('was "slow"')).toBeVisible()
  await expect(payload.getByText('3 to 9')).toBeVisible()
  await payload.getByRole('group', { name: /Messages/ }).focus()
  await page.keyboard.press('ArrowDown')
  await expect(payload.getByText('was 3')).toBeVisible()
  await payload.getByRole('radio', { name: 'Chart' }).click()
  await expect(payload.getByText('published: 3')).toBeVisible()
  await payload.getByRole('combobox', { name: 'Number that is drawn' }).click()
  await page.getByRole('option', { name: 'at.serial' }).click()
  await expect(payload.getByText(/: 1688888483063664642 from .*nobody to send it to/)).toBeVisible()
  await expectAccessible(page)
  await payload.getByRole('combobox', { name: 'Number that is drawn' }).click()
  await page.getByRole('option', { name: 'v', exact: true }).click()
  await payload.getByRole('group', { name: /^Chart/ }).focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowRight')
  await expect(payload.getByText(/: 9 from /)).toBeVisible()

  await page.getByPlaceholder('Find topic').fill('valve')
  await page.getByRole('treeitem').filter({ hasText: 'east' }).click()
  await page.getByRole('button', { name: 'Export messages of hall "2", east/#' }).click()
  const saved = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'Save messages as CSV' }).click()
  const [, ...lines] = readFileSync(await (await saved).path(), 'utf8')
    .trim()
    .split('\n')
  expect(lines.length).toBeGreaterThan(0)
  for (const line of lines) expect(line).toMatch(/,"hall ""2"", east\/valve 1",1,.*,''=1\+1,,0$/)
})

test('a message is published from the desk, its handshake is drawn beside it, and the test client receives it @smoke', async ({
  page,
  lab,
}) => {
  await openScreen(page, lab.url, 'traffic')
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  const desk = page.getByRole('region', { name: 'Publish' })
  await desk.getByRole('radio', { name: /^Test client \(/ }).click()
  await desk.getByLabel('Topic filter').fill('desk/#')
  await desk.getByRole('button', { name: 'Subscribe' }).click()
  await expect(desk.getByText('test-client: connected')).toBeVisible()

  await desk.getByLabel('Topic', { exact: true }).fill('desk/light')
  await desk.getByLabel('Payload', { exact: true }).fill('{"on": tru}')
  const publish = desk.getByRole('button', { name: 'Publish', exact: true })
  await publish.click()
  await expect(desk.getByRole('alert')).toContainText('Payload: not JSON')
  await desk.getByLabel('Payload', { exact: true }).fill('{"on": true}')
  await publish.click()
  await expect(desk.getByRole('alert')).toHaveCount(0)
  await expect(desk.getByRole('row', { name: /desk\/light/ })).toContainText('{"on": true}')
  await desk.getByRole('radio', { name: 'Handshake' }).click()
  await expect(desk.getByTestId('recording')).toBeVisible()
  await expectAccessible(page)

  await desk.getByRole('radio', { name: /^Test client: / }).click()
  await publish.click()
  await expect(desk.getByText('delivered', { exact: false }).first()).toBeVisible()
  await desk.getByLabel('Name to save this message under').fill('light on')
  await desk.getByRole('button', { name: 'Save this message' }).click()
  await desk.getByLabel('Topic', { exact: true }).fill('desk/other')
  await desk.getByRole('combobox', { name: 'Saved messages' }).click()
  await page.getByRole('option', { name: 'light on' }).click()
  await expect(desk.getByLabel('Topic', { exact: true })).toHaveValue('desk/light')
  await desk.getByRole('button', { name: 'Large, in Handshakes' }).click()
  await expect(page.getByTestId('focus').getByText('desk/light')).toBeVisible()
})
