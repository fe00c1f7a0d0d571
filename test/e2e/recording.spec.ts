import { join } from 'node:path'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Bench, dup, puback, publishFrame, pubrec } from '../engine/observe/capture/wire'
import { expect, test } from './fixtures'

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

test('a capture is opened, shown read-only like live traffic, and closed', async ({ page, lab }) => {
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
