import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, root, test } from './fixtures'
import {
  atRest,
  cutOff,
  expectAccessible,
  expectNothingClipped,
  isUsual,
  looksTag,
  openScreen,
  smallestType,
  takePicture,
} from './screens'

const PYTHON = '/usr/bin/python3'

/** Projectors, and the smallest type that is read from the back row on them, px. */
const BACK_ROW = [
  [1366, 768, 20],
  [1920, 1080, 24],
] as const

const stat = (page: Page, name: string) => page.locator(`[data-stat="${name}"] dd`)
const toEnd = (page: Page) => page.keyboard.press('e')

test('QoS 1 and the lost PUBACK, in Korean, to its verdict @smoke', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lessons?id=qos-1-lost-puback', { language: 'ko' })
  await expect(page.getByRole('heading', { name: '4. QoS 1과 사라진 PUBACK' })).toBeVisible()
  const run = page.getByRole('button', { name: '실행', exact: true })
  await expect(run).toBeDisabled()
  await page.getByRole('radio', { name: /^한 번\./ }).click()
  await run.click()
  await expect(page.getByTestId('recording')).toBeVisible()
  await expect(page.getByTestId('verdict')).toBeHidden()
  await page.getByRole('button', { name: '끝으로' }).click()
  const verdict = page.getByTestId('verdict')
  await expect(verdict).toContainText('손실 0, 중복 1')
  await expect(verdict).toContainText('PUBACK #1이 손실되었습니다.')
  await expect(stat(page, 'offered')).toHaveText('1')
  await expect(stat(page, 'arrived')).toHaveText('2')
  await expect(stat(page, 'packets')).toHaveText('8')
  await expect(page.locator('[data-option="once"]')).toContainText('내 예측, 빗나감')
  await expect(page.locator('[data-option="twice"]')).toContainText('실제 결과')
  await page.reload()
  const list = page.getByRole('navigation', { name: '학습' })
  // one of its three variants
  await expect(list.getByRole('link', { name: /QoS 1과 사라진 PUBACK/ })).toContainText('1 / 3')
  await expect(list.getByLabel('완료')).toHaveCount(0)

  await page.keyboard.press('Control+,')
  const settings = page.getByRole('dialog', { name: '설정' })
  await takePicture(page, 'settings-ko-light')
  await expectAccessible(page)
  const reset = settings.getByRole('button', { name: '다음 학급을 위해 지우기' })
  await reset.click()
  await expect(reset).toBeDisabled()
  await settings.getByRole('radio', { name: '수업' }).click()
  await settings.getByRole('radio', { name: '더 크게' }).click()
  await expect(page.locator('nav.rail a')).toHaveText(['실습실', '핸드셰이크', '트래픽', '학습'])
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe('20px')
  await settings.getByRole('button', { name: '닫기' }).click()
  await page.reload()
  await expect(page.locator('nav.rail a')).toHaveCount(4)
})

test('QoS 2 ends exactly once whichever packet is lost, by keyboard @smoke', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lessons?id=qos-2', { language: 'en', theme: 'light' })
  for (const [variant, packet] of [
    ['publish', 'PUBLISH'],
    ['pubrec', 'PUBREC'],
    ['pubrel', 'PUBREL'],
    ['pubrel-on-release', 'PUBREL'],
    ['pubcomp', 'PUBCOMP'],
  ] as const) {
    await page.locator(`[data-variant="${variant}"]`).focus()
    await page.keyboard.press('Space')
    await expect(page.getByTestId('verdict')).toBeHidden()
    await page.locator('[data-option="once"]').focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('r')
    await expect(page.getByTestId('recording')).toBeVisible()
    await toEnd(page)
    const verdict = page.getByTestId('verdict')
    await expect(verdict).toContainText('Exactly once: messages lost 0, duplicated 0')
    await expect(verdict).toContainText(`${packet} #1 was lost.`)
    await expect(page.locator('[data-option="once"]')).toContainText('your prediction, correct')
  }
  await expect(page.locator('[data-variant] .good')).toHaveCount(5)
  // all of them, so the lesson is ticked; the next class starts over
  const list = page.getByRole('navigation', { name: 'Lessons' })
  await expect(list.getByRole('link', { name: /QoS 2/ }).getByLabel('done')).toBeVisible()
  await list.getByRole('button', { name: 'Start over' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Start over' }).click()
  await expect(page.getByLabel('done')).toHaveCount(0)
})

test('the recording can be stepped, scrubbed and played', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lessons?id=qos-1-lost-puback', { language: 'en' })
  await page.locator('[data-option="twice"]').click()
  await page.keyboard.press('r')
  const slider = page.getByRole('slider', { name: 'Position in the recording' })
  const story = page.getByRole('region', { name: 'What happens' }).getByRole('listitem')
  await expect(page.getByRole('button', { name: 'Pause', exact: true }).last()).toBeVisible()
  await page.keyboard.press('k')
  const before = Number(await slider.getAttribute('aria-valuenow'))
  await page.keyboard.press('.')
  expect(Number(await slider.getAttribute('aria-valuenow'))).toBeGreaterThan(before)
  await page.keyboard.press(',')
  await page.keyboard.press(',')
  await slider.focus()
  await page.keyboard.press('Home')
  await expect(slider).toHaveAttribute('aria-valuenow', '0')
  await expect(story).toHaveCount(0)
  await expect(page.getByTestId('verdict')).toBeHidden()
  await page.keyboard.press('End')
  await expect(page.getByTestId('verdict')).toContainText('lost 0, duplicated 1')
  expect(await story.count()).toBeGreaterThanOrEqual(4)
})

test('a worksheet and its answer key are printed on a page each', async ({ page, lab }) => {
  // The system's own dialog cannot be shown here; the PDF has the pages it would get.
  await page.addInitScript(() => (window.print = () => undefined))
  await openScreen(page, lab.url, 'lessons?id=qos-1-lost-puback', { language: 'ko' })
  await page.getByRole('button', { name: '학습지 인쇄…' }).click()
  await page.getByRole('button', { name: '인쇄…', exact: true }).click()
  const [worksheet, key] = [page.locator('[data-part="worksheet"]'), page.locator('[data-part="key"]')]
  await expect(key).toBeAttached()
  await expect(page.locator('.paper')).toBeHidden()
  await page.emulateMedia({ media: 'print' })
  await expect(page.locator('#app')).toBeHidden()
  // Eight packets: two PUBLISH and PUBACK to the broker, two to the subscriber.
  await expect(worksheet.locator('[data-start]')).toHaveCount(8)
  await expect(worksheet.locator('.packet')).toHaveCount(0)
  await expect(key.locator('[data-start]')).toHaveCount(8)
  await expect(key.locator('.packet')).not.toHaveCount(0)
  await expect(worksheet.locator('dd')).toHaveText(['', '', '', '', ''])
  await expect(key.locator('dd')).toHaveText(['1', '2', '0', '1', '8'])
  await expect(key.locator('.right')).toHaveText(/^✓두 번/)
  await takePicture(page, 'worksheet-ko')
  const pdf = (await page.pdf({ format: 'A4' })).toString('latin1')
  expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(2)
  await expect(page.locator('.paper')).toHaveCount(0)
})

test('a picture can be drawn on, and is saved with what was drawn and said', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lessons?id=qos-1-lost-puback', { language: 'en' })
  await page.locator('[data-option="twice"]').click()
  await page.keyboard.press('r')
  await expect(page.getByTestId('recording')).toBeVisible()
  await toEnd(page)
  await page.getByRole('button', { name: 'Draw on the picture' }).click()
  const box = await page.getByTestId('recording').boundingBox()
  const at = (x: number, y: number): [number, number] => [(box?.x ?? 0) + x, (box?.y ?? 0) + y]
  const stroke = async (from: [number, number], to: [number, number]): Promise<void> => {
    await page.mouse.move(...from)
    await page.mouse.down()
    await page.mouse.move(...to, { steps: 5 })
    await page.mouse.up()
  }
  await page.getByRole('button', { name: 'Pen', exact: true }).click()
  await stroke(at(150, 60), at(240, 90))
  await page.getByRole('button', { name: 'Arrow', exact: true }).click()
  await stroke(at(160, 160), at(220, 110))
  await page.getByRole('button', { name: 'Text', exact: true }).click()
  await page.mouse.click(...at(160, 200))
  await page.keyboard.type('Why twice?')
  await page.keyboard.press('Enter')
  const drawn = page.getByTestId('recording').locator('.strokes > *')
  await expect(drawn).toHaveCount(3)
  await takePicture(page, 'drawing-en')
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'SVG', exact: true }).click()
  const svg = await readFile(await (await saved).path(), 'utf8')
  expect(svg).toContain('Why twice?')
  expect(svg).toContain('sensor-1')
  expect(svg).toContain('PUBACK #1 was lost')
  await page.getByRole('button', { name: 'Undo the last stroke' }).click()
  await expect(drawn).toHaveCount(2)
  // Another run has another picture: an arrow at the old one would point at something else.
  await page.keyboard.press('r')
  await expect(drawn).toHaveCount(0)
})

test('the open lesson stays while another screen is shown', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lessons', { language: 'en' })
  await expect(page.getByRole('heading', { name: '1. Publish and subscribe' })).toBeVisible()
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await page.locator('[data-option="two"]').click()
  await page.keyboard.press('r')
  await expect(page.getByTestId('recording')).toBeVisible()
  await toEnd(page)
  await page.keyboard.press('1')
  await expect(page).toHaveURL(/#\/lab$/)
  await page.getByRole('link', { name: 'Lessons' }).click()
  await expect(page.getByRole('heading', { name: '3. QoS 0' })).toBeVisible()
  await expect(page.getByTestId('recording')).toBeVisible()
  await expect(page.getByTestId('verdict')).toContainText('lost 1, duplicated 0')
  await expect(page.getByTestId('pen')).toHaveCount(0)
})

test('a lesson file is opened, run, and still there after a reload', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lessons', { language: 'en' })
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Open a lesson file…' }).click()
  await (await chooser).setFiles(join(root, 'examples/lessons/two-subscribers.yaml'))
  await expect(page.getByRole('heading', { name: '21. Two subscribers, one bad link' })).toBeVisible()
  await page.locator('[data-option]').first().click()
  await page.keyboard.press('r')
  await expect(page.getByTestId('recording')).toBeVisible()
  await toEnd(page)
  await expect(page.getByTestId('verdict')).toContainText('lost 1, duplicated 0')
  await page.reload()
  await expect(page.getByRole('heading', { name: '21. Two subscribers, one bad link' })).toBeVisible()
})

test('the pupil’s own Python client is seen, and gets its own message', async ({ page, lab }, info) => {
  await openScreen(page, lab.url, 'lessons?id=python-client', { language: 'en' })
  await page.locator('[data-option="no"]').click()
  await expect(page.locator('[data-step="connected"]')).toHaveAttribute('data-done', 'false')
  const lines = (await page.getByTestId('python').textContent()) ?? ''
  const file = info.outputPath('client.py')
  await writeFile(file, lines)
  const child = spawn(PYTHON, ['-u', file], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    let printed = ''
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    const verdict = page.getByTestId('verdict')
    await expect(verdict).toContainText(/python-\d+ published 1, received 1/)
    await expect(verdict).toContainText('1 of them its own.')
    await expect(page.locator('[data-option="yes"]')).toContainText('what happened')
    // Unbuffered, a line may come in pieces.
    await expect.poll(() => printed).toContain('common Hello from Python')
  } finally {
    child.kill()
  }
})

const LOOKS = [
  { language: 'en', theme: 'dark' },
  { language: 'en', theme: 'light' },
  { language: 'ko', theme: 'dark' },
  { language: 'ko', theme: 'light' },
] as const

for (const look of LOOKS) {
  const tag = looksTag(isUsual(look.language, look.theme))
  test(
    `a verdict in ${look.language}, ${look.theme}: accessible, nothing cut, pictured`,
    tag,
    async ({ page, lab }) => {
      await openScreen(page, lab.url, 'lessons?id=qos-1-lost-puback', look)
      await page.locator('[data-option="once"]').click()
      await page.keyboard.press('r')
      await expect(page.getByTestId('recording')).toBeVisible()
      await toEnd(page)
      await expect(page.getByTestId('verdict')).toBeVisible()
      await expectAccessible(page)
      await expectNothingClipped(page)
      await takePicture(page, `lessons-${look.language}-${look.theme}`)
    },
  )
}

test('fits a small window and a projector', async ({ page, lab }) => {
  await openScreen(page, lab.url, 'lessons?id=qos-2', { language: 'ko', theme: 'light', projector: true })
  await expectNothingClipped(page)
  await page.getByRole('combobox', { name: '학습 고르기' }).click()
  await page.getByRole('option', { name: /^10\. 세션/ }).click()
  await page.locator('[data-option="three"]').click()
  await page.keyboard.press('r')
  await expect(page.getByTestId('recording')).toBeVisible()
  await toEnd(page)
  await expectNothingClipped(page)
  await takePicture(page, 'lessons-ko-projector')
  for (const [width, height, least] of BACK_ROW) {
    await page.setViewportSize({ width, height })
    await atRest(page)
    await expect.poll(() => smallestType(page, '.drawing text, .drawing li')).toBeGreaterThan(least - 0.01)
    await expect(page.getByTestId('verdict')).toBeInViewport()
    await expect(page.getByRole('radiogroup', { name: '재생 속도' })).toBeInViewport()
    await expect(page.locator('.legend')).toBeInViewport()
    await expectNothingClipped(page)
  }
  await page.setViewportSize({ width: 1024, height: 700 })
  await page.keyboard.press('Shift+P')
  await expectNothingClipped(page)
  // the longest names of variants, in the column that is narrow while a run is watched
  for (const id of ['topic-alias', 'disconnect-and-will']) {
    await page.goto(`${lab.url}/#/lessons?id=${id}`)
    await page.locator('[data-option]').first().click()
    await page.keyboard.press('r')
    await expect(page.getByTestId('recording')).toBeVisible()
    await toEnd(page)
    await expectNothingClipped(page)
  }
  // 1366 x 768 at 200 %: all that stands under the picture is reached by scrolling
  await page.setViewportSize({ width: 683, height: 384 })
  await expect.poll(() => cutOff(page)).toEqual([])
})

test('on the projector all answers stand beside the text before a run, and the loss above its verdict', async ({
  page,
  lab,
}) => {
  await page.setViewportSize({ width: 1920, height: 1080 })
  await openScreen(page, lab.url, 'lessons?id=qos-0', { language: 'en', projector: true })
  for (const id of ['qos-0', 'qos-1-lost-puback', 'qos-2']) {
    await page.goto(`${lab.url}/#/lessons?id=${id}`)
    for (const option of await page.locator('[data-option]').all())
      await expect(option).toBeInViewport({ ratio: 1 })
    await page.locator('[data-option]').last().click()
    await page.getByRole('button', { name: 'Run', exact: true }).last().click()
    await expect(page.getByTestId('recording')).toBeVisible()
    await toEnd(page)
    const verdict = page.getByTestId('verdict')
    await expect(verdict).toBeInViewport({ ratio: 1 })
    await expect(verdict).toContainText('what happened')
    // what was lost is seen together with how it ended
    await expect(
      page
        .getByTestId('recording')
        .getByText(/\blost$/)
        .first(),
    ).toBeInViewport()
    await verdict.getByRole('button', { name: 'Why?' }).click()
    const why = page.getByTestId('why')
    await expect(why).toBeInViewport({ ratio: 1 })
    // it takes no room from the picture
    await expect(
      page
        .getByTestId('recording')
        .getByText(/\blost$/)
        .first(),
    ).toBeInViewport()
    await expectNothingClipped(page)
  }
})

test('a picture taller than its pane can be scrolled to its end, in projector mode', async ({
  page,
  lab,
}) => {
  await page.setViewportSize({ width: 1024, height: 700 })
  await openScreen(page, lab.url, 'lessons?id=sessions', { language: 'ko', projector: true })
  await page.locator('[data-option]').first().click()
  await page.keyboard.press('r')
  const picture = page.getByTestId('recording')
  await expect(picture).toBeVisible()
  await toEnd(page)
  // What is drawn is not squeezed into the room there is: the pane scrolls.
  const { drawn, shown, reach } = await picture.evaluate((svg) => ({
    drawn: Number(svg.getAttribute('height')),
    shown: svg.getBoundingClientRect().height,
    reach: svg.parentElement?.scrollHeight ?? 0,
  }))
  expect(shown).toBeCloseTo(drawn, 0)
  expect(reach).toBeGreaterThanOrEqual(Math.floor(drawn))
})

test('QoS 0, 1 and 2 side by side, each loss to its end @smoke', async ({ page, lab }) => {
  test.slow()
  await openScreen(page, lab.url, 'lessons?id=qos-side-by-side', { language: 'ko' })
  const copies = {
    없음: ['1', '1', '1'],
    '브로커로 가는 PUBLISH': ['0', '1', '1'],
    '브로커의 응답': ['1', '2', '1'],
  }
  for (const [name, wanted] of Object.entries(copies)) {
    await page.getByRole('radio', { name, exact: true }).click()
    await expect(page.getByTestId('recording')).toHaveCount(3)
    await toEnd(page)
    await expect(page.locator('.outcome').first()).toBeVisible()
    await expect(stat(page, 'arrived')).toHaveText(wanted)
  }
  const said = page.locator('.outcome')
  await expect(said.nth(1)).toHaveText('구독자는 같은 메시지를 2번 받습니다.')
  await expect(said.nth(2)).toHaveText('구독자는 메시지를 한 번 받습니다.')
  await expect(page.locator('[data-qos="0"]')).toContainText('QoS 0에는 그런 패킷이 없으므로')
  await expectNothingClipped(page)
  await expectAccessible(page)
  // read from the back row as well, and on a small projector
  await page.keyboard.press('Shift+P')
  for (const [width, height, least] of [[1024, 700, 17], ...BACK_ROW] as const) {
    await page.setViewportSize({ width, height })
    await atRest(page)
    const choice = await page.getByRole('combobox', { name: '학습 고르기' }).boundingBox()
    expect(choice?.width).toBeGreaterThan(150)
    await expect
      .poll(() => smallestType(page, '.column svg text, .column .told li'))
      .toBeGreaterThan(least - 0.01)
    await expect(page.locator('.legend')).toBeInViewport()
    await expectNothingClipped(page)
    const topsOfColumns = await said.evaluateAll((all) => all.map((el) => el.getBoundingClientRect().top))
    expect(new Set(topsOfColumns).size).toBe(1)
  }
})
