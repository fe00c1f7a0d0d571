import { _electron, expect, test } from '@playwright/test'
import { join } from 'node:path'
import { findElectron, noDisplayReason } from '../../scripts/electron-runtime.mjs'
import { expectLivePage, expectPolicy } from './electron-journeys'

const root = join(import.meta.dirname, '../..')
const runtime = findElectron()
const reason = noDisplayReason() ?? (runtime.path === null ? runtime.why : null)

if (reason !== null) console.log(`skipped: no real Electron: ${reason}`)

test('the same journeys in a real Electron', async () => {
  test.skip(reason !== null, `no real Electron: ${reason ?? ''}`)
  const app = await _electron.launch({ executablePath: runtime.path ?? '', args: [root] })
  const page = await app.firstWindow()
  await expectLivePage(page)
  await expectPolicy(page)
  expect(page.url()).toBe('app://fleetlab/')
  await app.close()
})
