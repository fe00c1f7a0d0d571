import { expect, test } from './fixtures'
import {
  atRest,
  choose,
  cutOff,
  expectAccessible,
  expectBarInOrder,
  expectNothingClipped,
  frames,
  gateEngine,
  goTo,
  isUsual,
  LOOKS,
  looksTag,
  openScreen,
  SCREENS,
} from './screens'
import { changedMark } from '../helpers/changed-mark'

test('run, pause, step mode and stop by key, and the clock stands still with the run @smoke', async ({
  page,
  lab,
}) => {
  await openScreen(page, lab.url, 'lab')
  const clock = page.getByRole('timer')
  await expect(clock).not.toHaveText('00:00.000')
  await page.keyboard.press('p')
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible()
  const stood = await clock.innerText()
  await frames(page, 30)
  expect(await clock.innerText()).toBe(stood)
  await page.keyboard.press('p')
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible()
  await page.keyboard.press('Shift+S')
  await expect(page.getByRole('button', { name: 'Leave step mode' })).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByRole('button', { name: /held/ })).toBeVisible()
  // what is held is no edit of the scenario, and is none for a page that is opened now
  await page.reload()
  await expect(page.getByRole('button', { name: 'Leave step mode' })).toHaveAttribute('aria-pressed', 'true')
  await expect(changedMark(page)).toHaveCount(0)
  await page.keyboard.press('Shift+S')
  await expect(page.getByRole('button', { name: /held/ })).toHaveCount(0)
  await page.keyboard.press('Shift+X')
  await expect(page.getByText('stopped').first()).toBeVisible()
})

test('the command palette and the shortcut list do by name what keys do', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lab')
  await page.keyboard.press('Control+K')
  await page.getByRole('combobox', { name: 'Find a command' }).fill('traf')
  await expect(page.getByRole('option')).toHaveCount(1)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/#\/traffic$/)
  await page.keyboard.press('?')
  const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect(list.getByText('Wildcard tester')).toBeVisible()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(list).toHaveCount(0)
})

test('the gallery opens a scenario and a lesson by a click', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'traffic')
  const gallery = page.getByRole('dialog', { name: 'Scenarios and lessons' })
  await page.keyboard.press('Shift+G')
  await expect(gallery.getByRole('listitem')).toHaveCount(29)
  await expectAccessible(page, '[role=dialog]')
  await gallery.getByRole('button', { name: /Lamps that answer/ }).click()
  await expect(page).toHaveURL(/#\/lab$/)
  await expect(page.getByRole('button', { name: 'Scenario file: Lamps that answer' })).toBeVisible()
  await page.keyboard.press('Shift+G')
  await gallery.getByRole('button', { name: /^3\. / }).click()
  await expect(page).toHaveURL(/#\/lessons\?id=qos-0/)
  // in another language the cards change while they are looked at, and with them what is opened
  await page.keyboard.press('Shift+G')
  await page.keyboard.press('Shift+L')
  const korean = page.getByRole('dialog', { name: '시나리오와 학습 모음' })
  await korean.getByRole('button', { name: /작은 집/ }).click()
  await expect(page.getByRole('button', { name: '시나리오 파일: 작은 집' })).toBeVisible()
  await expect(page.getByRole('textbox', { name: /온도 센서/ }).first()).toBeVisible()
})

/** Languages that are loaded when they are chosen: name, `lang` of the page, the Lab's name. */
const FURTHER = [
  ['日本語', 'ja', 'ラボ'],
  ['简体中文', 'zh-Hans', '实验室'],
] as const

test('language, theme and projector mode switch without a reload and are kept @smoke', async ({
  page,
  lab,
}) => {
  await page.goto(lab.url)
  await expect(page.getByRole('link', { name: 'Lab' })).toBeVisible()
  await page.keyboard.press('Shift+L')
  await expect(page.getByRole('link', { name: '실습실' })).toBeVisible()
  await page.keyboard.press('Shift+T')
  await page.keyboard.press('Shift+P')
  await page.reload()
  await expect(page.getByRole('link', { name: '실습실' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  await expect(page.locator('html')).toHaveAttribute('data-projector', 'on')
  for (const [name, lang, lab] of FURTHER) {
    await page.locator('[aria-keyshortcuts="Shift+L"]').click()
    await page.getByRole('menuitemradio', { name }).click()
    await expect(page.getByRole('link', { name: lab })).toBeVisible()
    await page.reload()
    await expect(page.locator('html')).toHaveAttribute('lang', lang)
    await expect(page.getByRole('link', { name: lab })).toBeVisible()
  }
})

for (const [name, size] of [
  ['1024x700', { width: 1024, height: 700 }],
  ['1440x900', { width: 1440, height: 900 }],
  ['2560x1440', { width: 2560, height: 1440 }],
  ['3840x2160', { width: 3840, height: 2160 }],
  ['1440x900 at 200 %', { width: 720, height: 450 }],
] as const) {
  // Without large type every size is tried below, in one page.
  const always = size.width === 1024
  test(
    `nothing is cut off at ${name}, on any screen, in both languages and projector mode`,
    looksTag(always),
    async ({ page, lab }) => {
      test.setTimeout(120_000)
      await page.setViewportSize(size)
      await openScreen(page, lab.url, 'lab')
      for (const screen of SCREENS) {
        await goTo(page, screen)
        for (const key of ['Shift+L', 'Shift+P', 'Shift+L', 'Shift+P']) {
          // large type and 200 % together would be 270 %
          if (key === 'Shift+P' && size.width < 1000) continue
          await page.keyboard.press(key)
          await atRest(page)
          await test.step(`${screen} after ${key}`, async () => {
            await expectNothingClipped(page)
            await expectBarInOrder(page)
            await expect(page.locator('.topbar .scenario .name')).toBeVisible()
          })
        }
        if (size.width < 1000) await page.keyboard.press('Shift+L')
      }
    },
  )
}

test('no text is cut off and no control is out of reach: every screen and dialog, language and size', async ({
  page,
  lab,
}) => {
  test.setTimeout(300_000)
  await openScreen(page, lab.url, 'lab')
  const found: string[] = []
  const look = async (what: string): Promise<void> => {
    for (const [width, height] of [
      [1024, 700],
      [1366, 768],
      [1440, 900],
      // 1366 x 768 at 200 %
      [683, 384],
    ] as const) {
      await page.setViewportSize({ width, height })
      for (const language of ['en', 'ko', 'ja', 'zh'] as const) {
        await choose(page, { language })
        await expect(page.locator('html')).toHaveAttribute('lang', language === 'zh' ? 'zh-Hans' : language)
        await frames(page, 3)
        for (const cut of await cutOff(page)) found.push(`${what}, ${width} wide, ${language}: ${cut}`)
      }
    }
    await choose(page, { language: 'en' })
  }
  for (const screen of SCREENS) {
    await goTo(page, screen)
    await look(screen)
  }
  for (const keys of ['Control+,', 'Shift+G', 'Shift+C']) {
    await page.keyboard.press(keys)
    await expect(page.getByRole('dialog')).toBeVisible()
    await look(`dialog of ${keys}`)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  }
  expect(found).toEqual([])
})

test('the Class profile speaks of neither load tests nor experiments', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'load')
  await choose(page, { profile: 'class' })
  await expect(page.getByRole('link', { name: 'Lab' })).toHaveAttribute('aria-current', 'page')
  const quiet = async (words: RegExp): Promise<void> => {
    await expect(page.locator('body')).not.toContainText(words)
  }
  const words = /load.?test|experiment|event loop/i
  for (const screen of ['lab', 'handshakes', 'traffic', 'lessons']) {
    await goTo(page, screen)
    await quiet(words)
  }
  for (const keys of ['?', 'Control+K', 'Shift+C']) {
    await page.keyboard.press(keys)
    await expect(page.getByRole('dialog')).toBeVisible()
    await quiet(words)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  }
  await page.keyboard.press('5')
  await expect(page).toHaveURL(/#\/lessons/)
})

test('the top bar holds its parts in step mode with packets held, at every width and in both languages', async ({
  page,
  lab,
}) => {
  await openScreen(page, lab.url, 'lab')
  await page.keyboard.press('Shift+S')
  await expect(page.getByRole('button', { name: /\d+ held/ })).toBeVisible()
  for (const width of [1024, 1280, 1440]) {
    await page.setViewportSize({ width, height: 800 })
    for (const language of ['en', 'ko']) {
      await test.step(`${width} wide, ${language}`, async () => {
        await expectBarInOrder(page)
        await expect(page.locator('.topbar .scenario .name')).toBeVisible()
        const cut = await page
          .locator('.topbar > *')
          .evaluateAll((parts) =>
            parts
              .filter(
                (part) =>
                  part.getBoundingClientRect().right > innerWidth || part.scrollWidth > part.clientWidth + 1,
              )
              .map((part) => part.textContent),
          )
        expect(cut).toEqual([])
      })
      await page.keyboard.press('Shift+L')
    }
  }
  await page.keyboard.press('Shift+S')
})

for (const [language, theme] of LOOKS) {
  test(
    `no serious barrier on any screen, ${language}, ${theme}`,
    looksTag(isUsual(language, theme)),
    async ({ page, lab }) => {
      test.setTimeout(120_000)
      await openScreen(page, lab.url, 'lab', { language, theme })
      for (const screen of SCREENS) {
        await goTo(page, screen)
        await expect(page.getByRole('heading', { level: 1 }), screen).toHaveCount(1)
        await test.step(screen, () => expectAccessible(page))
      }
      await page.keyboard.press('Control+K')
      await expectAccessible(page)
    },
  )
}

test('the palette knows a command for every part of the rail and the bar', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lab')
  await page.keyboard.press('Control+K')
  const list = page.getByRole('listbox', { name: 'Commands' })
  for (const name of [
    ...['Lab', 'Handshakes', 'Traffic', 'Experiments', 'Load test', 'Lessons'],
    ...[
      'Run or pause',
      'Step mode',
      'Stop',
      'Restart from the beginning',
      'Undo',
      'Redo',
      'Add group',
      'Zoom in',
    ],
    ...['Change the language', 'Dark or light', 'Projector mode', 'Copy broker address'],
    ...['More loss', 'Less loss', 'devices: radio', 'devices: tcp', 'devices: cut'],
  ]) {
    await expect(list.getByRole('option', { name: new RegExp(name, 'i') }).first(), name).toBeAttached()
  }
  await page.getByRole('combobox', { name: 'Find a command' }).fill('devices: tcp')
  await page.keyboard.press('Enter')
  await expect(page.locator('header').getByRole('radio').filter({ hasText: 'tcp' })).toBeChecked()
  await page.keyboard.press('Control+Z')
  await expect(page.locator('header').getByRole('radio').filter({ hasText: 'tcp' })).not.toBeChecked()
  await page.keyboard.press(']')
  await expect(page.getByRole('slider', { name: /Packet loss/ })).toHaveAttribute('aria-valuetext', '15%')
})

test('a lost connection is said, and recovers by itself', async ({ page, lab, complaints }) => {
  const gate = await gateEngine(page)
  await openScreen(page, lab.url, 'lab')
  await expect(page.getByText('Live', { exact: true })).toBeVisible()
  gate.refuse = true
  const band = page.getByRole('alert').filter({ hasText: 'Connection to the engine lost' })
  await expect(band).toBeVisible()
  await expect(page.getByRole('button', { name: 'Pause' })).toBeDisabled()
  await expectAccessible(page)
  const before = gate.refused
  await band.getByRole('button', { name: 'Try now' }).click()
  await expect.poll(() => gate.refused).toBeGreaterThan(before)
  gate.refuse = false
  await expect(band).toHaveCount(0)
  await expect(page.getByText('Live', { exact: true })).toBeVisible()
  // What the browser says of a refused socket.
  complaints.length = 0
})

test('unsaved changes are guarded when the page is left', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lab')
  const count = page.getByRole('textbox', { name: 'Count of Door locks' })
  await count.fill('9')
  await count.press('Enter')
  await expect(changedMark(page)).toBeVisible()
  const asked = page.waitForEvent('dialog')
  const closing = page.close({ runBeforeUnload: true })
  const dialog = await asked
  expect(dialog.type()).toBe('beforeunload')
  await dialog.accept()
  await closing
})

test('nothing moves for those who ask for less motion, and focus is seen', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lab')
  await page.keyboard.press('Tab')
  const outline = await page.evaluate(
    () => getComputedStyle(document.activeElement ?? document.body).outlineWidth,
  )
  expect(parseFloat(outline)).toBeGreaterThanOrEqual(2)
})

test('what is typed after Ctrl+K looks for a command', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lab', { language: 'en' })
  await page.keyboard.press('Control+k')
  const field = page.getByRole('dialog').getByRole('combobox')
  await expect(field).toBeFocused()
  await page.keyboard.type('handshakes')
  await expect(field).toHaveValue('handshakes')
  await expect(page.getByRole('option').first()).toContainText('Handshakes')
})
