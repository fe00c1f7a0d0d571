import type { Browser, BrowserContext, Locator, Page } from '@playwright/test'
import { connect } from 'node:net'
import { expect, test, type Lab } from './fixtures'
import {
  atRest,
  expectAccessible,
  expectNothingClipped,
  goTo,
  lanesInTheWay,
  type Look,
  looksTag,
  openScreen,
  takePicture,
} from './screens'

/** Opens the dialog on the teacher's page and lets a class in on loopback. */
async function share(page: Page): Promise<{ url: string; code: string }> {
  await page.getByRole('button', { name: 'Share with a class' }).click()
  const dialog = page.getByRole('dialog', { name: 'Share with a class' })
  await dialog.getByRole('radio', { name: '127.0.0.1 lo' }).click()
  await expect(dialog.getByText('The connection is not encrypted.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Start sharing' }).click()
  const code = (await dialog.getByTestId('join-code').innerText()).replace(/\s/g, '')
  const url = await dialog.getByText(/^http:\/\/127\.0\.0\.1:\d+\/$/).innerText()
  return { url, code }
}

const close = (page: Page): Promise<void> => page.getByRole('button', { name: 'Close' }).click()

interface Pupil {
  context: BrowserContext
  page: Page
}

/** A pupil's own browser, at the join page. */
async function arrive(browser: Browser, url: string, look: Look = {}): Promise<Pupil> {
  const context = await browser.newContext({ locale: 'en-US', colorScheme: 'dark' })
  const page = await context.newPage()
  await page.addInitScript(
    ([language, theme]) => {
      localStorage.setItem('fleetlab.language', language)
      localStorage.setItem('fleetlab.theme', theme)
    },
    [look.language ?? 'en', look.theme ?? 'dark'] as const,
  )
  await page.goto(url)
  return { context, page }
}

async function joinClass(pupil: Page, code: string, name: string): Promise<void> {
  await pupil.getByLabel('Join code').fill(code)
  await pupil.getByLabel('Your name').fill(name)
  await pupil.getByRole('button', { name: 'Join', exact: true }).click()
  await expect(pupil.getByText(`You are watching as ${name}.`)).toBeVisible()
}

async function ask(teacher: Page): Promise<void> {
  await teacher.keyboard.press('Shift+V')
  await teacher.getByLabel('Question').fill('How often does it arrive?')
  await teacher.getByLabel(/^Answers/).fill('once\ntwice')
  await teacher.getByRole('button', { name: 'Start the vote' }).click()
}

/** The teacher asks, two pupils answer on their own pages, the bars grow; then the class ends, and they read so. */
async function voteAndEnd(teacher: Page, mina: Page, joon: Page): Promise<void> {
  await ask(teacher)
  const bars = teacher.getByTestId('vote-answer')
  await expect(bars).toHaveText(['once0', 'twice0'])
  await mina.getByRole('button', { name: 'twice' }).click()
  // not by its colour alone
  await expect(mina.getByRole('button', { name: 'twice' }).locator('svg')).toBeVisible()
  await joon.getByRole('button', { name: 'once' }).click()
  await joon.getByRole('button', { name: 'twice' }).click()
  await expect(bars).toHaveText(['once0', 'twice2'])
  await expect(teacher.getByText('2 of 2 voted')).toBeVisible()
  await expect(mina.getByTestId('vote-answer')).toHaveText(['once', 'twice'])
  await expectAccessible(mina, 'main')
  await takePicture(mina, 'vote-pupil')
  await takePicture(teacher, 'vote-teacher')
  await teacher.getByRole('button', { name: 'End and show' }).click()
  await expect(mina.getByTestId('vote-answer')).toHaveText(['once0', 'twice2'])
  // the run that follows gets the room
  await teacher.getByRole('button', { name: 'Run again' }).click()
  await expect(bars).toHaveCount(0)
  await expect(teacher.getByTestId('recording')).toBeVisible()
  await teacher.getByRole('button', { name: 'Show the answers' }).click()
  await expect(bars).toHaveText(['once0', 'twice2'])
  await teacher.getByRole('button', { name: 'Vote again' }).click()
  await teacher.getByRole('button', { name: 'End and show' }).click()
  await expect(mina.getByTestId('vote-answer')).toHaveCount(2)
  await teacher.getByRole('button', { name: 'Put the vote away for the class' }).click()
  await expect(bars).toHaveCount(0)
  await expect(mina.getByTestId('vote-answer')).toHaveCount(0)
  await ask(teacher)
  await expect(mina.getByRole('button', { name: 'twice' })).toBeVisible()
  await teacher.getByRole('button', { name: 'Shared with a class' }).click()
  await teacher.getByRole('button', { name: 'Stop sharing' }).click()
  await expect(mina.getByRole('main').getByText('The class has ended.')).toBeVisible()
  await expect(joon.getByRole('main').getByText('수업이 끝났습니다.')).toBeVisible()
  await expect(mina.getByTestId('vote-answer')).toHaveCount(0)
  // what is left of the run is not called live
  await goTo(mina, 'lab')
  await expect(mina.getByRole('region', { name: 'Topology' })).toBeVisible()
  await expect(mina.getByText('Live', { exact: true })).toHaveCount(0)
}

/** The pupil runs another lesson, which the teacher's page does not show; then the teacher allows none. */
async function tryAlone(teacher: Page, pupil: Page): Promise<void> {
  await pupil.getByRole('button', { name: 'Try this lesson yourself' }).click()
  await pupil.keyboard.press('Shift+ArrowDown')
  await expect(pupil.getByTestId('recording')).toHaveCount(0)
  await pupil.locator('[data-option]').last().click()
  await expectNothingClipped(pupil)
  await pupil.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(pupil.getByTestId('recording')).toBeVisible()
  await pupil.keyboard.press('e')
  await expect(pupil.getByTestId('verdict')).toBeVisible()
  await expectAccessible(pupil, 'main')
  await takePicture(pupil, 'pupil-alone')
  const heading = { level: 2, name: /^1\./ } as const
  await expect(teacher.getByRole('article').getByRole('heading', heading)).toBeVisible()

  await teacher.keyboard.press('Shift+C')
  await expect(teacher.getByTestId('sandboxes')).toContainText('0 running now')
  await teacher.getByRole('radio', { name: 'None' }).click()
  await expect(pupil.getByText('View only: only the teacher can run lessons.')).toBeVisible()
  await teacher.getByRole('radio', { name: '8', exact: true }).click()
  await expect(pupil.getByRole('button', { name: 'Run again' })).toBeVisible()
  await close(teacher)
  await pupil.getByRole('button', { name: 'Follow the teacher' }).click()
}

/** The teacher's screen, message, moment and lesson are the pupil's, until the pupil looks around. */
async function followAndLookAround(teacher: Page, pupil: Page): Promise<void> {
  await expect(pupil.getByText('You see what the teacher shows.')).toBeVisible()
  await goTo(teacher, 'handshakes')
  await teacher.getByRole('radio', { name: 'One message' }).click()
  const title = teacher.getByTestId('focus').getByRole('heading', { level: 2 })
  await expect(pupil.getByTestId('focus').getByRole('heading', { level: 2 })).toHaveText(
    await title.innerText(),
  )
  await teacher.getByRole('button', { name: 'One event back' }).click()
  await teacher.getByRole('button', { name: 'One event back' }).click()
  const place = (page: Page): Promise<string | null> =>
    page
      .getByTestId('focus')
      .getByRole('slider', { name: 'Position in the recording' })
      .getAttribute('aria-valuetext')
  const moment = (await place(teacher)) ?? ''
  await expect.poll(() => place(pupil)).toBe(moment)

  await pupil.getByRole('button', { name: 'Look around' }).click()
  await goTo(teacher, 'lessons')
  await expect(pupil.getByTestId('focus')).toBeVisible()
  await pupil.getByRole('button', { name: 'Follow the teacher' }).click()
  const lesson = await teacher.getByRole('article').getByRole('heading', { level: 2 }).innerText()
  await expect(pupil.getByRole('article').getByRole('heading', { level: 2 })).toHaveText(lesson)
  await teacher.locator('[data-option]').first().click()
  await teacher.keyboard.press('r')
  await expect(pupil.getByTestId('recording')).toBeVisible()
  await teacher.keyboard.press('e')
  await expect(pupil.getByTestId('verdict')).toBeVisible()
  await tryAlone(teacher, pupil)
  await goTo(teacher, 'lab')
  await expect(pupil.getByRole('heading', { level: 1 })).toHaveText('Lab')
}

/** Narration, diagram and vote, and nothing else. */
async function onAPhone(teacher: Page, pupil: Page): Promise<void> {
  await pupil.setViewportSize({ width: 390, height: 844 })
  await pupil.getByRole('button', { name: '선생님 화면 따라가기' }).click()
  await goTo(teacher, 'handshakes')
  await expect(pupil.getByTestId('recording')).toBeVisible()
  await expect(pupil.getByRole('region', { name: '일어나는 일' }).getByRole('listitem').first()).toBeVisible()
  await expect(pupil.getByRole('navigation')).toHaveCount(0)
  await expect(pupil.locator(':disabled:not(.n)')).toHaveCount(0)
  await expectNothingClipped(pupil)
  expect(await lanesInTheWay(pupil)).toEqual([])
  await takePicture(pupil, 'pupil-phone')

  await goTo(teacher, 'lessons')
  await pupil.getByRole('button', { name: '이 학습을 직접 해 보기' }).click()
  await pupil.locator('[data-option]').last().click()
  await expectNothingClipped(pupil)
  await takePicture(pupil, 'pupil-phone-question')
  await pupil.getByRole('button', { name: '실행', exact: true }).click()
  await pupil.getByRole('button', { name: '끝으로' }).click()
  await expect(pupil.getByRole('status').getByText('내 예측')).toBeVisible()
  await expectNothingClipped(pupil)
  await expectAccessible(pupil, 'main')
  expect(await lanesInTheWay(pupil)).toEqual([])
  await takePicture(pupil, 'pupil-phone-alone')
  await pupil.getByRole('button', { name: '선생님 화면 따라가기' }).click()
}

test.describe('a class', () => {
  let lab: Lab
  test.beforeEach(async ({ lab: running, page }) => {
    lab = running
    await openScreen(page, lab.url, 'lab')
  })

  test('follows the teacher live and read-only, or looks around, in its own language', async ({
    page,
    browser,
  }) => {
    // Three browsers on one machine, which may have other work.
    test.setTimeout(240_000)
    const { url, code } = await share(page)
    const mina = await arrive(browser, url)
    await joinClass(mina.page, code, 'Mina')
    const joon = await arrive(browser, `${url}#code=${code}`)
    await expect(joon.page.getByLabel('Join code')).toHaveValue(code)
    await expect(joon.page).toHaveURL(url)
    await joinClass(joon.page, code, '준')
    await expect(page.getByRole('list', { name: 'Here now' }).getByRole('listitem')).toHaveCount(2)
    await close(page)
    await expect(page.getByRole('button', { name: 'Shared with a class: 2 watching' })).toBeVisible()

    for (const name of ['Pause', 'Stop', 'Step mode: hold every packet', 'Add group', /Share/])
      await expect(mina.page.getByRole('button', { name })).toHaveCount(0)
    await expect(mina.page.getByRole('slider', { name: /Packet loss/ })).toHaveCount(0)
    await expect(mina.page.getByText(/c\.connect\("127\.0\.0\.1", \d+\)/)).toBeVisible()
    for (const screen of [mina.page, joon.page]) await expect(screen.locator(':disabled')).toHaveCount(0)
    await mina.page.keyboard.press('p')
    await expect(mina.page.getByRole('log', { name: 'Messages' }).locator('.notice')).toHaveCount(0)

    await followAndLookAround(page, mina.page)
    await mina.page.goto(`${url}#/handshakes`)
    await joon.page.keyboard.press('Shift+L')
    await joon.page.goto(`${url}#/traffic`)
    await expect(joon.page.getByText('준 이름으로 보는 중입니다.')).toBeVisible()
    await expect(mina.page.getByText('You are watching as Mina.')).toBeVisible()
    await page.keyboard.press('p')
    await expect(mina.page.getByText('paused')).toBeVisible()
    await onAPhone(page, joon.page)
    await voteAndEnd(page, mina.page, joon.page)
    await mina.context.close()
    await joon.context.close()
  })

  test('gets the controls one at a time, and gives them back at once', async ({ page, browser }) => {
    const { url, code } = await share(page)
    const mina = await arrive(browser, url)
    await joinClass(mina.page, code, 'Mina')
    await page.getByRole('button', { name: 'Hand the controls to Mina' }).click()
    await expect(mina.page.getByText('You have the controls, Mina.')).toBeVisible()
    await close(page)
    await expect(page.getByText('Mina has the controls. You keep yours.')).toBeVisible()

    await mina.page.getByRole('button', { name: 'Pause' }).click()
    await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible()
    await mina.page.getByRole('button', { name: /Scenario file/ }).click()
    await expect(mina.page.getByRole('menuitem', { name: 'Open a scenario…' })).toBeDisabled()
    await mina.page.keyboard.press('Escape')

    await page.getByRole('button', { name: 'Take back' }).click()
    await expect(mina.page.getByText('You are watching as Mina.')).toBeVisible()
    await expect(mina.page.getByRole('button', { name: 'Run', exact: true })).toHaveCount(0)
    await mina.context.close()
  })

  test('needs the right code; who is removed is told; stopping ends it @smoke', async ({ page, browser }) => {
    const { url, code } = await share(page)
    const eve = await arrive(browser, url)
    await eve.page.getByLabel('Join code').fill('00000000')
    await eve.page.getByLabel('Your name').fill('Eve')
    await eve.page.keyboard.press('Enter')
    await expect(eve.page.getByText('Wrong join code.')).toBeVisible()
    await expectAccessible(eve.page)
    await joinClass(eve.page, code, 'Eve')
    await page.getByRole('button', { name: 'Remove Eve' }).click()
    await expect(eve.page.getByText('You are no longer in this class')).toBeVisible()
    await page.getByRole('button', { name: 'New code' }).click()
    await expect(page.getByTestId('join-code')).not.toHaveText(`${code.slice(0, 4)} ${code.slice(4)}`)
    await page.getByRole('button', { name: 'Stop sharing' }).click()
    await expect(page.getByRole('button', { name: 'Start sharing' })).toBeVisible()
    await expect(eve.page.goto(url)).rejects.toThrow('ERR_CONNECTION_REFUSED')
    await eve.context.close()
  })
})

/** A client that speaks no MQTT: the broker warns of it. */
async function speakNonsense(broker: string): Promise<void> {
  const socket = connect(Number(new URL(broker).port), '127.0.0.1')
  socket.on('error', () => undefined).resume()
  socket.end('GET / HTTP/1.1\r\n\r\n')
  await new Promise((closed) => socket.on('close', closed))
}

test('a vote and a notice leave a screen enough room on a small projector', async ({
  page,
  lab,
  browser,
}) => {
  test.slow()
  await page.setViewportSize({ width: 1366, height: 768 })
  await openScreen(page, lab.url, 'lessons?id=qos-1-lost-puback', { projector: true })
  const { url, code } = await share(page)
  const mina = await arrive(browser, url)
  await joinClass(mina.page, code, 'Mina')
  await close(page)
  const room = (what: Locator): Promise<number> => what.evaluate((e) => e.getBoundingClientRect().height)
  const screen = page.locator('.screen')
  await page.locator('[data-option]').first().click()
  await page.getByRole('button', { name: 'Ask the class' }).click()
  await expect(page.getByTestId('vote-answer').first()).toBeVisible()
  await mina.page.getByTestId('vote-answer').first().getByRole('button').click()
  await speakNonsense(lab.broker)
  await expect(page.getByRole('log', { name: 'Messages' }).locator('.notice').first()).toBeVisible()
  await expectNothingClipped(page)
  expect(await room(screen)).toBeGreaterThan(768 / 4)
  await page.getByRole('button', { name: 'End and show' }).click()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page.getByTestId('recording')).toBeVisible()
  // the run has at least half of the screen, the vote's question above it and the notice below it
  await expect(page.getByTestId('vote-answer')).toHaveCount(0)
  expect(await room(screen)).toBeGreaterThan(768 / 2)
  await expectNothingClipped(page)
  await mina.context.close()
})

test(
  'the dialog, the large code and the join page, in both languages and themes',
  looksTag(false),
  async ({ page, lab, browser }) => {
    // Four browsers on one machine.
    test.slow()
    await openScreen(page, lab.url, 'lab')
    await page.keyboard.press('Shift+C')
    await expectAccessible(page)
    await takePicture(page, 'share-start-en-dark')
    await page.keyboard.press('Escape')
    const { url, code } = await share(page)
    const pupils = await Promise.all(
      ['Mina', 'Joon', '서연'].map((name) => arrive(browser, url).then((p) => ({ ...p, name }))),
    )
    for (const p of pupils) await joinClass(p.page, code, p.name)
    await page.getByRole('button', { name: 'Hand the controls to Mina' }).click()
    await expectAccessible(page)
    await expectNothingClipped(page)
    await takePicture(page, 'share-en-dark')
    for (const [width, height] of [
      [1440, 900],
      [1024, 700],
    ] as const) {
      await page.setViewportSize({ width, height })
      await page.getByRole('button', { name: 'Show full screen' }).click()
      await expectNothingClipped(page)
      if (width === 1440) await takePicture(page, 'share-large-en-dark')
      await page.keyboard.press('Escape')
    }
    await close(page)
    for (const key of ['Shift+L', 'Shift+T', 'Shift+P']) {
      await page.keyboard.press(key)
      await expectNothingClipped(page)
    }
    await page.keyboard.press('Shift+C')
    await atRest(page)
    await expectAccessible(page)
    await takePicture(page, 'share-ko-light-projector')

    const joon = pupils[1]
    if (!joon) return
    await joon.page.keyboard.press('Shift+T')
    await expectAccessible(joon.page)
    await expectNothingClipped(joon.page)
    await takePicture(joon.page, 'share-viewer-en-light')
    const phone = await browser.newContext({
      viewport: { width: 390, height: 844 },
      screen: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
      locale: 'ko-KR',
    })
    const late = await phone.newPage()
    await late.goto(url)
    await expect(late.getByRole('heading', { name: '학급 참가' })).toBeVisible()
    await expectAccessible(late)
    await expectNothingClipped(late)
    await takePicture(late, 'share-join-ko-phone')
    await late.getByLabel('참가 코드').fill(code)
    await late.getByLabel('이름').fill('하은')
    await late.getByRole('button', { name: '참가', exact: true }).tap()
    await expect(late.getByText('하은 이름으로 보는 중입니다.')).toBeVisible()
    expect(await late.evaluate(() => innerWidth)).toBe(390)
    await expect(late.getByRole('navigation')).toHaveCount(0)
    await page.getByRole('button', { name: '닫기' }).click()
    await page.keyboard.press('Shift+V')
    await page.getByLabel('질문').fill('메시지는 몇 번 도착할까요?')
    await page.getByLabel(/^답/).fill('한 번\n두 번\n손실되어 도착하지 않습니다')
    await page.getByRole('button', { name: '투표 시작' }).click()
    await late.getByRole('button', { name: '두 번' }).tap()
    await takePicture(late, 'vote-phone-ko')
    await phone.close()
    for (const p of pupils) await p.context.close()
  },
)
