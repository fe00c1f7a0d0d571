import type { Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { expect, test } from './fixtures'
import { changedMark } from '../helpers/changed-mark'
import { expectAccessible, looksTag, takePicture } from './screens'

test.use({ scenario: 'test/fixtures/handshakes.yaml' })

interface Look {
  language?: 'en' | 'ko'
  theme?: 'dark' | 'light'
  projector?: boolean
  filter?: string
}

async function open(page: Page, url: string, look: Look = {}, shows?: string): Promise<void> {
  await page.addInitScript((l: Look) => {
    localStorage.setItem('fleetlab.language', l.language ?? 'en')
    localStorage.setItem('fleetlab.theme', l.theme ?? 'dark')
    localStorage.setItem('fleetlab.projector', String(l.projector ?? false))
  }, look)
  const query = look.filter === undefined ? '' : `?filter=${encodeURIComponent(look.filter)}`
  const known = page.url().startsWith(url)
  await page.goto(`${url}#/handshakes${query}`)
  // another look takes a new document, which an address that differs behind # alone does not make
  if (known) await page.reload()
  await expect(shows === undefined ? page.getByTestId('sequence') : page.getByText(shows)).toBeVisible()
}

test.beforeEach(({ page }) => {
  page.context().setDefaultTimeout(10_000)
})

const rows = (page: Page) => page.locator('[role=row][data-seq]')
const arrows = (page: Page) => page.locator('svg [data-seq]')

test('a change of loss is seen as a cross, a bracket of the wait and DUP', async ({ page, lab }) => {
  test.slow()
  await open(page, lab.url, { filter: 'client:sensor-1,dashboard' })
  await expect(arrows(page).first()).toBeVisible()
  const slider = page.getByRole('slider', { name: /loss/i })
  await slider.focus()
  for (let i = 0; i < 45; i++) await slider.press('ArrowRight')
  await expect(page.locator('svg text.lost').first()).toBeVisible({ timeout: 20_000 })
  await expect(page.getByText(/resent after/).first()).toBeVisible({ timeout: 20_000 })
  await page.getByRole('combobox', { name: 'Packet filter' }).fill('client:sensor-1,dashboard dup:true')
  await expect(rows(page).first()).toContainText('DUP')
  await expect(rows(page).first()).toContainText(/resends [\d,]+ after/)
})

/** Decides every held packet by key until the target type has been dropped once and its message is through. */
async function dropOnce(page: Page, type: string): Promise<void> {
  const story = page.getByRole('region', { name: 'Narration' })
  const held = page.getByRole('region', { name: 'Held packet' })
  let dropped = false
  for (let i = 0; i < 60; i++) {
    await expect(held).toBeVisible({ timeout: 15_000 })
    const row = page.locator('[role=row][data-seq]', { hasText: 'held' }).first()
    const seq = await row.getAttribute('data-seq')
    const text: string | null = await row.textContent()
    const isTarget: boolean = !dropped && text !== null && text.includes(type)
    await page.keyboard.press(isTarget ? 'x' : 'd')
    dropped ||= isTarget
    await expect(page.locator(`[role=row][data-seq="${seq}"]`)).not.toContainText('held')
    if (dropped && (await story.textContent())?.includes('exactly once') === true) return
  }
  throw new Error(`${type} was not dropped and recovered within 60 decisions`)
}

for (const type of ['PUBREC', 'PUBREL', 'PUBCOMP']) {
  test(`step mode: a QoS 2 handshake survives a dropped ${type}`, async ({ page, lab }) => {
    test.slow()
    await open(page, lab.url, { filter: 'client:door type:HANDSHAKE' })
    await expect(arrows(page).first()).toBeVisible()
    await page.getByRole('radio', { name: 'Step' }).click()
    await expect(page.getByText('step mode: timers paused')).toBeVisible()
    await dropOnce(page, type)
    const story = page.getByRole('region', { name: 'Narration' })
    await expect(story).toContainText(new RegExp(`${type} #\\d+ was dropped`))
    await expect(story).toContainText('exactly once')
    await page.getByRole('radio', { name: 'Live' }).click()
    await expect(page.getByText('step mode: timers paused')).toBeHidden()
  })
}

/** Lets packets of the handshake that was under way when step mode began pass, until this one is held. */
async function deliverUntil(page: Page, packet: RegExp): Promise<void> {
  const held = page.getByRole('region', { name: 'Held packet' })
  for (let i = 0; i < 8; i++) {
    await expect(held).toBeVisible({ timeout: 15_000 })
    const seen = (await held.textContent()) ?? ''
    if (packet.test(seen)) return
    await page.keyboard.press('d')
    await expect(held).not.toContainText(seen)
  }
  throw new Error(`no ${packet.source} was held after eight decisions`)
}

test('one message is shown alone, with a sentence beside each number, and what is held is decided below it @smoke', async ({
  page,
  lab,
}) => {
  await open(page, lab.url, { filter: 'client:door type:PUBREL' })
  await page.keyboard.press('f')
  await page.getByRole('radio', { name: 'Step' }).click()
  const held = page.getByRole('region', { name: 'Held packet' })
  const focus = page.getByTestId('focus')
  const publish = /PUBLISH #\d+, \S+ to broker/
  await deliverUntil(page, publish)
  for (const packet of [publish, /(PUBACK|PUBREC) #\d+, broker to \S+/]) {
    await expect(held).toContainText(packet, { timeout: 15_000 })
    const seen = (await held.textContent()) ?? ''
    const name = /(\w+ #\d+)/.exec(seen)?.[1] ?? ''
    await expect(focus.locator('svg').filter({ hasText: name }).first()).toBeVisible()
    await page.keyboard.press('d')
    await expect(held).not.toContainText(seen)
  }
  await expect(changedMark(page)).toHaveCount(0)
  const badges = focus.locator('ol .n')
  await expect(badges.first()).toBeVisible()
  await page.getByRole('button', { name: 'Play backwards' }).click()
  await expect(focus.getByRole('slider', { name: 'Position' })).toHaveAttribute('aria-valuenow', '0')
  await expect(badges).toHaveCount(0)
  await page.getByRole('radio', { name: 'All packets' }).click()
  await expect(page.getByRole('combobox', { name: 'Packet filter' })).toHaveValue('client:door type:PUBREL')
  // the filter leaves one type of packet of one client, and the lanes of the whole message
  await expect(page.locator('.heads .name')).toHaveText(['door', 'Broker', 'dashboard'])
})

test('the filter completes terms, says what it cannot read, and narrows diagram and table', async ({
  page,
  lab,
}) => {
  await open(page, lab.url)
  const box = page.getByRole('combobox', { name: 'Packet filter' })
  await expect(rows(page).first()).toBeVisible()
  await page.keyboard.press('/')
  await expect(box).toBeFocused()
  await box.pressSequentially('ty')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(box).toHaveValue('type:')
  await box.pressSequentially('PUBA')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Tab')
  await expect(box).toHaveValue('type:PUBACK ')
  await expect(rows(page).filter({ hasNotText: 'PUBACK' })).toHaveCount(0)
  await expect(rows(page).first()).toContainText('PUBACK')
  await box.fill('type:PUBCAK')
  await expect(page.getByRole('alert')).toContainText('type: found PUBCAK; expected CONNECT')
  await expect(box).toHaveAttribute('aria-invalid', 'true')
  await page.evaluate(() => (location.hash = '#/handshakes?filter=type:PUBLISH'))
  await expect(box).toHaveValue('type:PUBLISH')
  await expect(rows(page).filter({ hasNotText: 'PUBLISH' })).toHaveCount(0)
})

test('one selection for diagram, table and decoder; fields and bytes light each other up', async ({
  page,
  lab,
}) => {
  await open(page, lab.url, { filter: 'client:door type:PUBLISH' })
  await expect(rows(page).first()).toBeVisible()
  await page.keyboard.press('j')
  const chosen = page.locator('[role=row][aria-selected=true]')
  await expect(chosen).toHaveCount(1)
  const decoder = page.getByRole('region', { name: 'Open the decoder' })
  await expect(decoder).toContainText('home/door')
  await decoder.getByText('Topic name').hover()
  const lit = decoder.locator('.hex .x.s')
  await expect(lit).toHaveCount('home/door'.length)
  await expect(decoder.locator('.chars .c.s').first()).toHaveText('h')
  await decoder.locator('.hex .x').first().click()
  await decoder.getByRole('button', { name: 'QoS 2' }).click()
  await expect(decoder).toContainText('QoS 2: exactly once. PUBREC, PUBREL and PUBCOMP follow.')
  await expect(decoder.locator('.bits b.s')).toHaveText(['1', '0'])
  await page.keyboard.press('Escape')
  await expect(chosen).toHaveCount(0)
})

test('a paused picture stands still, and following shows the latest again', async ({ page, lab }) => {
  await open(page, lab.url)
  await expect(rows(page).nth(3)).toBeVisible()
  await page.keyboard.press('Space')
  const back = page.getByRole('button', { name: 'Back to live' })
  await expect(back).toBeVisible()
  const before = await arrows(page).count()
  const lastBefore = await rows(page).last().getAttribute('data-seq')
  await page.waitForFunction(
    (kept) => !document.querySelector('.statusbar')?.textContent.includes(kept),
    (await page.locator('.statusbar').textContent()) ?? '',
  )
  expect(await arrows(page).count()).toBe(before)
  expect(await rows(page).last().getAttribute('data-seq')).toBe(lastBefore)
  await back.click()
  await expect(back).toBeHidden()
  await expect
    .poll(async () => Number(await rows(page).last().getAttribute('data-seq')))
    .toBeGreaterThan(Number(lastBefore))
})

test('what is seen can be taken along: pcapng, SVG, PNG, Mermaid', async ({ page, lab, context }) => {
  test.slow()
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await open(page, lab.url, { filter: 'client:sensor-1,dashboard type:HANDSHAKE' })
  await expect(rows(page).nth(3)).toBeVisible()
  const save = async (item: string): Promise<Buffer> => {
    await page.getByRole('button', { name: 'Export' }).click()
    const waiting = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: item }).click()
    return readFile(await (await waiting).path())
  }
  const pcapng = await save('Save packets for Wireshark (pcapng)')
  expect(pcapng.subarray(0, 4).toString('hex')).toBe('0a0d0d0a')
  const svg = (await save('Save picture (SVG)')).toString()
  expect(svg).toMatch(/^<svg/)
  expect(svg).toContain('PUBLISH #')
  expect(svg).not.toContain('var(--')
  const png = await save('Save picture (PNG)')
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: 'Copy as Mermaid' }).click()
  await expect(page.getByText('Copied').first()).toBeVisible()
  const text = await page.evaluate(() => navigator.clipboard.readText())
  expect(text).toMatch(/^sequenceDiagram\n( {2}participant p\d as .*\n)*? {2}participant p\d as sensor-1\n/)
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: 'Copy picture (PNG)' }).click()
  // The picture that lies on the clipboard is drawn, not blank: it has many colours.
  const picture = (): Promise<{ width: number; colours: number } | null> =>
    page.evaluate(async () => {
      const [item] = await navigator.clipboard.read()
      if (!item?.types.includes('image/png')) return null
      const image = await createImageBitmap(await item.getType('image/png'))
      const c = new OffscreenCanvas(image.width, image.height).getContext('2d')
      c?.drawImage(image, 0, 0)
      const { data } = c?.getImageData(0, 0, image.width, image.height) ?? { data: new Uint8ClampedArray() }
      const seen = new Set<number>()
      for (let i = 0; i < data.length; i += 4)
        seen.add((data[i] ?? 0) * 65_536 + (data[i + 1] ?? 0) * 256 + (data[i + 2] ?? 0))
      return { width: image.width, colours: seen.size }
    })
  await expect.poll(picture).not.toBeNull()
  const drawn = await picture()
  expect(drawn?.width).toBeGreaterThan(800)
  expect(drawn?.colours).toBeGreaterThan(30)
})

test.describe('a busier fleet', () => {
  test.use({ scenario: 'examples/factory-200.yaml' })
  test('the whole capture can be gone through: by its map, by keys, and back to live', async ({
    page,
    lab,
  }) => {
    test.slow()
    await open(page, lab.url)
    await expect(rows(page).nth(3)).toBeVisible()
    const ring = page.getByRole('slider', { name: 'All captured packets, by time' })
    // more packets than the page keeps in sight at once
    const seen = async (): Promise<number> =>
      Number(
        /of ([\d,]+)/.exec((await page.locator('.statusbar').textContent()) ?? '')?.[1]?.replace(',', ''),
      )
    await expect.poll(seen, { timeout: 60_000 }).toBeGreaterThan(9000)
    const firstSeq = async (): Promise<number> => Number(await rows(page).first().getAttribute('data-seq'))
    const box = await ring.boundingBox()
    if (!box) throw new Error('there is no map')
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
    await expect(page.getByRole('button', { name: 'Back to live' })).toBeVisible()
    const inView = async (): Promise<number> => parseFloat((await ring.getAttribute('aria-valuetext')) ?? '')
    await expect.poll(inView).toBeGreaterThan(0.5)
    const half = await inView()
    await ring.focus()
    await page.keyboard.press('Home')
    await expect.poll(inView).toBeLessThan(Math.min(2, half))
    await expect(page.getByText('The capture starts here')).toBeVisible()
    await page.locator('.scroller').focus()
    const before = await inView()
    const nextPage = async (): Promise<number> => {
      await page.keyboard.press('PageDown')
      return inView()
    }
    await expect.poll(nextPage).toBeGreaterThan(before + 0.5)
    await page.keyboard.press('Home')
    await expect.poll(firstSeq).toBeLessThan(20)
    await page.keyboard.press('+')
    await page.keyboard.press('0')
    await page.keyboard.press('End')
    await expect(page.getByRole('button', { name: 'Back to live' })).toBeHidden()
    await expect.poll(inView).toBeGreaterThan(half)
  })
})

test('no serious barrier in either theme', async ({ page, lab }) => {
  test.slow()
  for (const theme of ['dark', 'light'] as const) {
    await open(page, lab.url, { theme })
    await expect(rows(page).nth(3)).toBeVisible()
    await page.keyboard.press('j')
    await expect(page.locator('.hex .x').first()).toBeVisible()
    await expectAccessible(page, '.hand')
    // and where there is nothing to draw
    await open(page, lab.url, { theme, filter: 'client:nobody' }, 'No matching packets')
    await expectAccessible(page)
  }
})

const looks: (Look & { name: string; size: { width: number; height: number } })[] = [
  { name: 'handshakes-en-dark', language: 'en', theme: 'dark', size: { width: 1440, height: 900 } },
  { name: 'handshakes-en-light', language: 'en', theme: 'light', size: { width: 1440, height: 900 } },
  { name: 'handshakes-ko-dark', language: 'ko', theme: 'dark', size: { width: 1440, height: 900 } },
  { name: 'handshakes-ko-light', language: 'ko', theme: 'light', size: { width: 1024, height: 700 } },
  { name: 'handshakes-ko-projector', language: 'ko', projector: true, size: { width: 1440, height: 900 } },
]

test.describe('pictures for the documents', looksTag(false), () => {
  test.use({ scenario: 'test/fixtures/handshakes-lossy.yaml' })
  for (const { name, size, ...look } of looks) {
    test(name, async ({ page, lab }) => {
      test.slow()
      await page.setViewportSize(size)
      await open(page, lab.url, look)
      // a message that was retried and is through: bracket, card and story have something to say; large type leaves the
      // cards no room, and the story has their chips
      const verdicts = look.projector ? page.getByRole('region', { name: '해설' }) : page.locator('.vcard')
      await expect(verdicts.locator('.chip.warn').first()).toBeVisible({ timeout: 30_000 })
      await takePicture(page, name)
    })
  }
})
