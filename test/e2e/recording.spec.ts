import { join } from 'node:path'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { pathToFileURL } from 'node:url'
import { Bench, dup, puback, publishFrame, pubrec } from '../engine/observe/capture/wire'
import { expect, test } from './fixtures'
import { lanesInTheWay } from './screens'

let folder = ''
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'recording-'))
  const b = new Bench()
  b.connect('field-sensor')
  const one = publishFrame({ topic: 'field/temperature', qos: 1, id: 7, payload: '21.5' })
  b.pass('field-sensor', 'uplink', one)
  b.pass('field-sensor', 'uplink', dup(one), { attempt: 2 })
  b.pass('field-sensor', 'downlink', puback(7))
  b.pass('field-sensor', 'uplink', publishFrame({ topic: 'field/door', qos: 2, id: 8 }))
  b.pass('field-sensor', 'downlink', pubrec(8))
  writeFileSync(join(folder, 'field.pcapng'), b.capture.pcapng('').bytes)
})
test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a capture is opened, shown read-only like live traffic, and closed @smoke', async ({ page, lab }) => {
  await page.addInitScript(() => localStorage.setItem('fleetlab.language', 'en'))
  await page.goto(lab.url)
  const chosen = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: /Scenario file/ }).click()
  await page.getByRole('menuitem', { name: 'Open a capture of Wireshark…' }).click()
  await (await chosen).setFiles(join(folder, 'field.pcapng'))

  const band = page.getByRole('region', { name: 'Recorded capture' })
  await expect(band).toContainText('1 handshakes complete, 1 unfinished, 1 repeated. Nothing runs.')
  await expect(page.getByRole('banner')).toContainText('field.pcapng')
  await expect(page.locator('[role=row][data-seq]').filter({ hasText: 'PUBREC' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Narration' })).toContainText('field-sensor')
  // What other clients the broker had is not in the file.
  await expect(page.getByRole('region', { name: 'Narration' })).toContainText('no receiver in the file')
  await expect(page.getByRole('region', { name: 'Narration' })).not.toContainText('nobody')
  await expect(page.getByRole('slider', { name: /loss/i })).toBeDisabled()

  await band.getByRole('button', { name: 'Report' }).click()
  await expect(page.getByRole('dialog')).toContainText('PUBLISH → PUBREC → PUBREL?')
  await page.keyboard.press('Escape')

  await page.goto(`${lab.url}#/traffic`)
  await expect(page.getByRole('tree')).toContainText('field')
  await page.getByRole('treeitem').filter({ hasText: 'temperature' }).click()
  await page.getByRole('radio', { name: 'Chart' }).click()
  await expect(page.getByText(/: 21\.5 from field-sensor/)).toBeVisible()
  await band.getByRole('button', { name: 'Close the capture' }).click()
  await expect(band).toBeHidden()
  await expect(page.getByRole('tree')).not.toContainText('field')
})

test('a capture dropped on the page is opened; in Korean', async ({ page, lab }) => {
  await page.addInitScript(() => localStorage.setItem('fleetlab.language', 'ko'))
  await page.goto(lab.url)
  await expect(page.getByRole('banner')).toBeVisible()
  const bytes = [...readFileSync(join(folder, 'field.pcapng'))]
  const data = await page.evaluateHandle((content) => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([new Uint8Array(content)], 'field.pcapng'))
    return transfer
  }, bytes)
  await page.dispatchEvent('body', 'drop', { dataTransfer: data })
  await expect(page.getByRole('region', { name: '저장된 캡처' })).toContainText(
    '완료 1개, 미완료 1개, 재전송 1개',
  )
  await expect(page.locator('[role=row][data-seq]').filter({ hasText: 'PUBREC' })).toBeVisible()
})

test('a moment is shared as one file, which needs no network and says everything in both languages', async ({
  page,
  lab,
  context,
}) => {
  await page.addInitScript(() => localStorage.setItem('fleetlab.language', 'en'))
  await page.goto(lab.url)
  const chosen = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: /Scenario file/ }).click()
  await page.getByRole('menuitem', { name: 'Open a capture of Wireshark…' }).click()
  await (await chosen).setFiles(join(folder, 'field.pcapng'))
  await expect(page.getByText('7 of 7 shown')).toBeVisible()
  await expect(page.getByTestId('sequence')).toContainText('PUBREC')
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: 'Share this moment (one HTML file)' }).click()
  const file = join(folder, 'moment.html')
  await (await saved).saveAs(file)
  await page.getByRole('region', { name: 'Recorded capture' }).getByRole('button', { name: /Close/ }).click()
  expect(statSync(file).size).toBeLessThan(2_000_000)

  const moment = await context.newPage()
  const said: string[] = []
  const asked: string[] = []
  moment.on('console', (m) => said.push(m.text()))
  moment.on('pageerror', (e) => said.push(String(e)))
  moment.on('request', (r) => asked.push(r.url()))
  await context.setOffline(true)
  await moment.goto(pathToFileURL(file).href)
  await expect(moment.getByTestId('counts')).toHaveText('7 packets, 0 lost, messages: 2')
  const told = moment.getByRole('region', { name: 'Narration' })
  await expect(told).toContainText('field-sensor')
  await expect(moment.getByTestId('sequence')).toContainText('PUBREC')
  const scrub = moment.getByRole('slider', { name: 'How much of the moment is shown' })
  await scrub.fill('500')
  await expect(moment.getByTestId('veil')).toBeVisible()
  await scrub.fill('1000')
  await expect(moment.getByTestId('veil')).toBeHidden()
  await told.getByRole('button', { name: '1', exact: true }).click()
  await moment.getByRole('button', { name: '한국어' }).click()
  await expect(moment.getByTestId('counts')).toHaveText('패킷 7개, 손실 0개, 메시지 2개')
  await expect(moment.getByRole('region', { name: '해설' })).toContainText('PUBLISH')
  // on a phone both the diagram and the narration are in view
  await moment.setViewportSize({ width: 390, height: 844 })
  await expect(moment.getByRole('region', { name: '해설' })).toBeInViewport({ ratio: 1 })
  await expect(moment.getByTestId('sequence')).toBeInViewport()
  expect(await lanesInTheWay(moment)).toEqual([])
  expect(said).toEqual([])
  expect(asked).toEqual([pathToFileURL(file).href])
  await context.setOffline(false)
})

test('a run is kept in one file, opened again with its scenario and seed, and run again', async ({
  page,
  lab,
}) => {
  await page.addInitScript(() => localStorage.setItem('fleetlab.language', 'en'))
  await page.goto(lab.url)
  await expect(page.getByText('seed 7')).toBeVisible()
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: /Scenario file/ }).click()
  await page.getByRole('menuitem', { name: 'Keep this run…' }).click()
  const kept = join(folder, 'kept.run.pcapng')
  await (await saved).saveAs(kept)
  const chosen = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: /Scenario file/ }).click()
  await page.getByRole('menuitem', { name: 'Open a capture of Wireshark…' }).click()
  await (await chosen).setFiles(kept)
  const band = page.getByRole('region', { name: 'Recorded capture' })
  await expect(band).toContainText('Small home, seed 7')
  await expect(page.locator('[role=row][data-seq]').first()).toBeVisible()
  const moment = page.waitForEvent('download')
  await page.goto(`${lab.url}#/lab`)
  await page.keyboard.press('Control+K')
  await page.getByRole('combobox').fill('Share this moment')
  await page.keyboard.press('Enter')
  expect((await moment).suggestedFilename()).toBe('moment.html')
  await band.getByRole('button', { name: 'Run it again' }).click()
  await expect(band).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Scenario file: Small home' })).toBeVisible()
})
