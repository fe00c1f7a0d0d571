import type { Page } from '@playwright/test'
import { connectAsync } from 'mqtt'
import { readFileSync } from 'node:fs'
import { expect, test } from './fixtures'
import { expectAccessible, expectLooks, looksTag, openScreen, untilRan } from './screens'

test('every look of the Lab is accessible and pictured', looksTag(false), async ({ page, lab }) => {
  test.setTimeout(90_000)
  await openScreen(page, lab.url, 'lab')
  // Long enough for losses, retries and the ledger to show.
  await expect(page.getByRole('region', { name: 'Ledger' }).getByRole('row')).toHaveCount(5)
  await untilRan(page, 6)
  await page.getByRole('option', { name: /lock-3/ }).click()
  await expect(page.getByText('MQTT packets are lost.')).toBeVisible()
  await expectLooks(page, 'lab')
})

test('loss is changed for all links and a device loses and resends packets @smoke', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lab')
  const slider = page.getByRole('slider', { name: 'Packet loss on all links, both directions' })
  await slider.focus()
  await page.keyboard.press('End')
  await expect(slider).toHaveAttribute('aria-valuetext', '50%')
  await expect(page.getByRole('textbox', { name: 'Loss of Hall lamps' })).toHaveValue('50')
  const lost = page.locator('header dd').last()
  await expect.poll(async () => Number((await lost.innerText()).replace(',', ''))).toBeGreaterThan(20)
  const duplicated = page.getByRole('region', { name: 'Ledger' }).getByRole('row', { name: /Air quality/ })
  await expect(duplicated).toBeVisible()
  await page.keyboard.press('Control+Z')
  await expect(page.getByRole('textbox', { name: 'Loss of Hall lamps' })).toHaveValue('0')
  await expect(page.getByRole('textbox', { name: 'Loss of Door locks' })).toHaveValue('10')
})

test('a group is edited where it stands, refused with a reason, undone and redone by keyboard @smoke', async ({
  page,
  lab,
}) => {
  await openScreen(page, lab.url, 'lab')
  const count = page.getByRole('textbox', { name: 'Count of Door locks' })
  await count.fill('11')
  await count.press('Enter')
  await expect(page.getByText('6 groups, 49 devices')).toBeVisible()
  await count.fill('0')
  await count.press('Enter')
  await expect(page.locator('.error-row')).toContainText('expected a whole number from 1 to 100000')
  await count.press('Escape')
  await count.blur()
  await expect(page.locator('.error-row')).toHaveCount(0)
  await page.keyboard.press('Control+Z')
  await expect(page.getByText('6 groups, 46 devices')).toBeVisible()
  await page.keyboard.press('Control+Y')
  await expect(count).toHaveValue('11')
  const topic = page.getByRole('textbox', { name: 'Topic of Power meters' })
  await topic.fill('home/#/kwh')
  await topic.press('Enter')
  await expect(page.locator('.error-row')).toContainText('expected a topic name without + or #')
})

test('a publish plays a recording that lies beside the scenario; one that is not there is refused', async ({
  page,
  lab,
}) => {
  await openScreen(page, lab.url, 'lab')
  await page.getByRole('button', { name: 'Actions of Power meters' }).click()
  await page.getByRole('menuitem', { name: 'All fields…' }).click()
  const form = page.getByRole('dialog', { name: 'Power meters' })
  const recording = form.getByRole('textbox', { name: 'Recording' })
  await recording.fill('nowhere.jsonl')
  await recording.press('Enter')
  await expect(form.getByRole('alert')).toContainText('found nowhere.jsonl; there is no such file')
  const client = await connectAsync(lab.broker)
  const heard: string[] = []
  client.on('message', (_topic, payload) => heard.push(payload.toString()))
  await client.subscribeAsync('home/meter-1/kwh')
  await recording.fill('plant.jsonl')
  await recording.press('Enter')
  await expect(form.getByRole('alert')).toHaveCount(0)
  await expect(form.getByRole('textbox', { name: 'Of topics' })).toHaveValue('')
  await expect.poll(() => heard).toContain('{"t":180.50,"id":1688888483063664642}')
  await client.endAsync()
})

test('groups are added, duplicated, changed together and removed', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lab')
  await page.getByRole('button', { name: 'Add group' }).click()
  await expect(page.getByRole('textbox', { name: 'Name of Sensors' })).toBeVisible()
  await page.getByRole('button', { name: 'Actions of Sensors' }).click()
  await page.getByRole('menuitem', { name: 'Duplicate' }).click()
  await expect(page.getByRole('textbox', { name: 'Name of Sensors 2' })).toBeVisible()
  await page.getByRole('checkbox', { name: 'Select Sensors', exact: true }).check()
  await page.getByRole('checkbox', { name: 'Select Sensors 2' }).check()
  const bulk = page.getByRole('group', { name: 'Change all selected groups' })
  await bulk.getByRole('radio', { name: '2' }).click()
  await expect(page.getByRole('button', { name: 'QoS of Sensors 2: 2' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'QoS of Sensors: 2' })).toBeVisible()
  await page.keyboard.press('Control+Z')
  await expect(page.getByRole('button', { name: 'QoS of Sensors: 1' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'QoS of Sensors 2: 1' })).toBeVisible()
  await bulk.getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByRole('textbox', { name: /^Name of Sensors/ })).toHaveCount(0)
})

test('a device is inspected and its next PUBACK is lost on purpose', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lab')
  await page.getByPlaceholder('Find a client identifier').fill('air-7')
  const list = page.getByRole('listbox', { name: 'Devices' })
  await expect(list.getByRole('option')).toHaveCount(1)
  await list.focus()
  await page.keyboard.press('Enter')
  const inspector = page.getByRole('region', { name: 'Device air-7' })
  await expect(inspector.getByText('Segments are lost, packets are not.')).toBeVisible()
  await inspector.getByRole('radio', { name: 'radio' }).click()
  await expect(inspector.getByText('MQTT packets are lost.')).toBeVisible()
  await inspector.getByRole('button', { name: 'Drop next PUBACK' }).click()
  const recent = inspector.getByRole('listitem')
  await expect(recent.filter({ hasText: 'PUBACK' }).filter({ hasText: 'lost' }).first()).toBeVisible({
    timeout: 15_000,
  })
  await expect(recent.filter({ hasText: 'DUP' }).first()).toBeVisible({ timeout: 15_000 })
  await inspector.getByRole('button', { name: 'Back to the list' }).click()
  await expect(list).toBeVisible()
})

test('the lines for an own client name this very broker', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lab')
  const [, host = '', port = ''] = /mqtt:\/\/([^:]+):(\d+)/.exec(lab.broker) ?? []
  const connect = page.getByRole('region', { name: 'Connect your own client' })
  await expect(connect.locator('pre')).toContainText(`c.connect("${host}", ${port})`)
  await connect.getByRole('radio', { name: 'mosquitto' }).click()
  await expect(connect.locator('pre')).toContainText(`mosquitto_pub -h ${host} -p ${port}`)
})

test('a scenario is saved, a broken one refused by field, a good one opened @smoke', async ({
  page,
  lab,
}) => {
  // From now on, and not from the key on: Playwright takes over the browser's dialog a moment after it is asked to.
  page.on('filechooser', () => undefined)
  await openScreen(page, lab.url, 'lab')
  const saved = page.waitForEvent('download')
  await page.keyboard.press('Control+S')
  const download = await saved
  expect(download.suggestedFilename()).toBe('small-home.fleetlab.yaml')
  expect(readFileSync(await download.path(), 'utf8')).toContain('name: Small home')

  const choose = async (name: string, text: string): Promise<void> => {
    const chooser = page.waitForEvent('filechooser')
    await page.keyboard.press('Control+O')
    await (await chooser).setFiles({ name, mimeType: 'application/yaml', buffer: Buffer.from(text) })
  }
  await choose('broken.yaml', 'version: 1\nname: Broken\nseed: -3\ngroups:\n  - name: a\n    count: zero\n')
  const dialog = page.getByRole('dialog', { name: 'The scenario could not be opened' })
  await expect(dialog.getByText('seed', { exact: true })).toBeVisible()
  await expect(dialog.getByText('groups.0.count')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await choose(
    'tiny.yaml',
    'version: 1\nname: Tiny fleet\ngroups:\n  - { name: solo, publishes: [{ topic: a/b, qos: 1 }] }\n',
  )
  await expect(page.getByText('1 groups, 1 devices')).toBeVisible()
  const file = page.getByRole('button', { name: 'Scenario file: Tiny fleet' })
  await expect(file).toBeVisible()
  await file.click()
  await expect(page.getByRole('menuitem', { name: /tiny\.yaml/ })).toBeVisible()
  await expect(page.getByRole('log', { name: 'Messages' }).getByText(/not kept/)).toHaveCount(0)
})

/** Lets a file fall on the page, as from the desktop. */
async function dropFile(page: Page, name: string, text: string): Promise<void> {
  const data = await page.evaluateHandle(
    ([fileName, content]) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([content], fileName, { type: 'application/yaml' }))
      return transfer
    },
    [name, text] as const,
  )
  await page.dispatchEvent('main', 'dragover', { dataTransfer: data })
  await expect(page.getByText('Drop a scenario or a capture file to open it')).toBeVisible()
  await page.dispatchEvent('main', 'drop', { dataTransfer: data })
}

const TINY =
  'version: 1\nname: Tiny fleet\ngroups:\n  - { name: solo, publishes: [{ topic: a/b, qos: 1 }] }\n'

test('a scenario is dragged in; unsaved changes are asked about first', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lab')
  const count = page.getByRole('textbox', { name: 'Count of Door locks' })
  await count.fill('9')
  await count.press('Enter')
  await expect(page.getByText('6 groups, 47 devices')).toBeVisible()
  await dropFile(page, 'tiny.yaml', TINY)
  const asked = page.getByRole('dialog', { name: 'Open another scenario?' })
  await asked.getByRole('button', { name: 'Cancel' }).click()
  await expect(count).toHaveValue('9')
  // the page that comes after does not take them for what the file has
  page.once('dialog', (leaving) => void leaving.accept())
  await page.reload()
  await expect(count).toHaveValue('9')
  await dropFile(page, 'tiny.yaml', TINY)
  await asked.getByRole('button', { name: 'Discard changes and open' }).click()
  await expect(page.getByText('1 groups, 1 devices')).toBeVisible()
})

test('edits of links are taken back and reconnected: of all, of a group, of one device', async ({
  page,
  lab,
}) => {
  await openScreen(page, lab.url, 'lab')
  const kindOf = (group: string) => page.getByRole('combobox', { name: `Link of ${group}` })
  const undo = () => page.keyboard.press('Control+Z')
  const redo = () => page.keyboard.press('Control+Y')
  const away = () => page.locator('h1').evaluate(() => (document.activeElement as HTMLElement | null)?.blur())

  await page.locator('header').getByRole('radio').filter({ hasText: 'cut' }).click()
  await expect(kindOf('Air quality')).toContainText('cut')
  await away()
  await undo()
  await expect(kindOf('Air quality')).toContainText('TCP')
  await expect(kindOf('Door locks')).toContainText('radio')
  await redo()
  await expect(kindOf('Door locks')).toContainText('cut')
  await undo()

  const loss = page.getByRole('textbox', { name: 'Loss of Power meters' })
  await loss.fill('35')
  await loss.press('Enter')
  await expect(loss).toHaveValue('35')
  await away()
  await undo()
  await expect(loss).toHaveValue('10')
  await redo()
  await expect(loss).toHaveValue('35')

  await page.getByPlaceholder('Find a client identifier').fill('air-3')
  await page.getByRole('option', { name: /air-3/ }).click()
  const inspector = page.getByRole('region', { name: 'Device air-3' })
  await inspector.getByRole('radio', { name: /^radio/ }).click()
  await expect(inspector.getByText('MQTT packets are lost.')).toBeVisible()
  await away()
  await undo()
  await expect(inspector.getByText('Segments are lost, packets are not.')).toBeVisible()
  await redo()
  await expect(inspector.getByText('MQTT packets are lost.')).toBeVisible()

  // no key is lost while the engine answers
  const uplink = inspector.getByRole('slider', { name: 'Loss, uplink' })
  const shown = inspector.getByRole('textbox', { name: 'Loss, uplink' })
  const from = Number(await uplink.getAttribute('aria-valuenow'))
  await uplink.focus()
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight')
  await expect(shown).toHaveValue(`${from + 3}%`)
  await away()
  await undo()
  await expect(shown).toHaveValue(`${from}%`)
})

test('the Lab by keyboard alone: a group is added and edited, a device found and its link changed', async ({
  page,
  lab,
}) => {
  // a hundred keys, each answered by the page
  test.slow()
  await openScreen(page, lab.url, 'lab')
  await page.keyboard.press('n')
  const name = page.getByRole('textbox', { name: 'Name of Sensors' })
  await expect(name).toBeVisible()
  const tabTo = async (what: RegExp): Promise<void> => {
    for (let i = 0; i < 120; i++) {
      await page.keyboard.press('Tab')
      const label = await page.evaluate(() => {
        const at = document.activeElement
        return at?.getAttribute('aria-label') ?? at?.getAttribute('placeholder') ?? at?.textContent ?? ''
      })
      if (what.test(label)) return
    }
    throw new Error(`Tab does not reach ${String(what)}`)
  }
  await tabTo(/^Count of Sensors/)
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('3')
  await page.keyboard.press('Enter')
  await expect(page.getByText('7 groups, 49 devices')).toBeVisible()
  await tabTo(/Find a client identifier/)
  await page.keyboard.type('sensor')
  await expect(page.getByRole('listbox', { name: 'Devices' }).getByRole('option')).toHaveCount(3)
  await tabTo(/^Devices$/)
  await page.keyboard.press('Enter')
  const inspector = page.getByRole('region', { name: /^Device / })
  await expect(inspector).toBeVisible()
  await tabTo(/^radio$/)
  await page.keyboard.press('ArrowRight')
  await expect(inspector.getByText('Segments are lost, packets are not.')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('listbox', { name: 'Devices' })).toBeFocused()
})

test('name, seed and the options of MQTT 5 are set in forms made from the schema', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lab')
  await page.getByRole('button', { name: /^Scenario file: / }).click()
  await page.getByRole('menuitem', { name: 'Scenario and broker…' }).click()
  const form = page.getByRole('dialog', { name: 'Scenario and broker' })
  await form.getByRole('textbox', { name: 'Name' }).fill('Evening')
  await form.getByRole('textbox', { name: 'Seed' }).fill('12')
  await form.getByRole('radiogroup', { name: 'TLS' }).getByRole('radio', { name: 'yes' }).click()
  await form.getByRole('textbox', { name: 'CA file for clients' }).fill('/no/such/ca.pem')
  await form.getByRole('button', { name: 'Apply' }).click()
  await expect(form.getByRole('alert').last()).toContainText('broker.tls.clientCaFile')
  await expectAccessible(page)
  await form.getByRole('radiogroup', { name: 'TLS' }).getByRole('radio', { name: 'no', exact: true }).click()
  await form.getByRole('button', { name: 'Apply' }).click()
  await expect(form).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Scenario file: Evening' })).toBeVisible()
  await expect(page.getByText('seed 12')).toBeVisible()
})

test('what devices keep and answer is set in the drawer of their group, and taken back', async ({
  page,
  lab,
}) => {
  test.setTimeout(90_000)
  await openScreen(page, lab.url, 'lab')
  const edit = async (): Promise<void> => {
    await page
      .getByRole('row', { name: /Hall lamps/ })
      .getByRole('button', { name: 'Actions of Hall lamps' })
      .click()
    await page.getByRole('menuitem', { name: 'All fields' }).click()
  }
  await edit()
  const drawer = page.getByRole('dialog', { name: 'Hall lamps' })
  await drawer.getByRole('button', { name: 'Add: State' }).click()
  await drawer.getByRole('textbox', { name: 'State: Name' }).fill('lit')
  await page.keyboard.press('Enter')
  await drawer.getByRole('textbox', { name: 'State: lit' }).fill('3')
  await page.keyboard.press('Enter')
  await drawer.getByRole('button', { name: 'Add: Answers' }).click()
  const payload = drawer.getByRole('group', { name: 'Reply' }).getByRole('textbox', { name: 'Payload' })
  await payload.fill('{state.lt}')
  await payload.press('Enter')
  await expect(drawer.getByText('expected a name in the group').last()).toBeVisible()
  await expect(payload).toHaveAttribute('aria-invalid', 'true')
  await payload.fill('{state.lit}')
  await payload.press('Enter')
  await expect(payload).not.toHaveAttribute('aria-invalid', 'true')
  await expectAccessible(page, '[role=dialog]')
  await page.keyboard.press('Escape')
  await expect(drawer).toHaveCount(0)
  for (let i = 0; i < 4; i++) await page.keyboard.press('Control+Z')
  await edit()
  await expect(drawer.getByRole('button', { name: 'Add: State' })).toBeVisible()
  await expect(drawer.getByRole('textbox', { name: 'State: lit' })).toHaveCount(0)
})

test('phases are set on the page, refused at their field, and the devices they add are there', async ({
  page,
  lab,
}) => {
  test.setTimeout(90_000)
  await openScreen(page, lab.url, 'lab')
  await page.getByRole('button', { name: /^Scenario file: / }).click()
  await page.getByRole('menuitem', { name: 'Phases…' }).click()
  const drawer = page.getByRole('dialog', { name: 'Phases' })
  await drawer.getByRole('button', { name: 'Add phase' }).click()
  await drawer.getByRole('button', { name: 'Add: Changes' }).click()
  await drawer.getByRole('combobox', { name: 'Changes 1' }).click()
  await page.getByRole('option', { name: 'number of devices' }).click()
  await drawer.getByRole('textbox', { name: 'Devices' }).fill('14')
  const group = drawer.getByRole('combobox', { name: 'Group' })
  await group.fill('nobody')
  await drawer.getByRole('textbox', { name: 'Lasts' }).fill('1h')
  await drawer.getByRole('button', { name: 'Apply' }).click()
  await expect(group).toHaveAttribute('aria-invalid', 'true')
  await expectAccessible(page, '[role=dialog]')
  await group.fill('Temperature sensors')
  await drawer.getByRole('button', { name: 'Apply' }).click()
  await expect(drawer).toHaveCount(0)
  await expect(page.getByText('Phase 1/1')).toBeVisible()
  await expect(page.getByRole('img', { name: /48 devices/ })).toBeVisible()
  await page.keyboard.press('Control+Z')
  await expect(page.getByText('Phase 1/1')).toHaveCount(0)
  await expect(page.getByRole('img', { name: /46 devices/ })).toBeVisible()
})
