import { expect, test } from '@playwright/test'
import { brokenFiles, filesBelow } from '../../helpers/kept-files'
import { expectLivePage, expectPolicy, expectRecoveryOffered } from '../electron-journeys'
import { expectFiles, expectMenu, expectSleep } from '../electron-shell-journeys'
import { realDesk, type RealDesk } from './desk'
import { Home, launch, start } from './runtime'

// One start for all of these: each goes on where the one before has stopped.
test.describe.configure({ mode: 'serial' })

let desk: RealDesk
let home: Home

test.beforeAll(async () => {
  home = new Home()
  const killed = start(home)
  const sessions = (): number => filesBelow(`${home.kept}/sessions`).length
  await expect.poll(sessions, { timeout: 20_000 }).toBeGreaterThan(0)
  killed.process.kill('SIGKILL')
  await killed.ended
  expect(brokenFiles(`${home.kept}/sessions`)).toEqual([])
  const app = await launch(home)
  desk = realDesk(app, await app.firstWindow(), home)
})

test.afterAll(() => home.remove())

test('the page is live @smoke', () => expectLivePage(desk.page))
test('the scenario of a run that was killed is offered @smoke', () => expectRecoveryOffered(desk.page))
test('the policy holds @smoke', () => expectPolicy(desk.page))
test('the menu works in both languages @smoke', () => expectMenu(desk))
test('files are opened and saved @smoke', () => expectFiles(desk))
test('the run stands still while the computer sleeps @smoke', () => expectSleep(desk))
