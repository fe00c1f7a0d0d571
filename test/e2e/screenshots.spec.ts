import type { Page } from '@playwright/test'
import { join } from 'node:path'
import { expect, root, test } from './fixtures'

/** `SCREENSHOTS=1 npx playwright test screenshots` renews the pictures of the documentation. */
const folder = process.env['SCREENSHOTS'] === '1' ? 'docs/screenshots' : 'test-results/screenshots'

const LOOKS = [
  { language: 'en', theme: 'dark' },
  { language: 'ko', theme: 'light' },
] as const
/** Load test and lessons have their pictures taken by their own tests. */
const SCREENS = ['lab', 'handshakes', 'traffic', 'experiments'] as const

/** What a screen needs to have something to show. */
const PREPARE: Partial<Record<(typeof SCREENS)[number], (page: Page) => Promise<void>>> = {
  experiments: async (page) => {
    await page.keyboard.press('Control+Enter')
    await expect(page.getByRole('progressbar')).toBeVisible()
    await expect(page.getByRole('progressbar')).toHaveCount(0, { timeout: 60_000 })
  },
}

/** Long enough for losses, resends and rates to be on the pictures. */
const LIVE_MS = 6000

for (const { language, theme } of LOOKS) {
  test(`every screen in ${language}, ${theme}`, async ({ page, lab }) => {
    test.setTimeout(120_000)
    await page.addInitScript(
      ([l, t]) => {
        localStorage.setItem('fleetlab.language', l)
        localStorage.setItem('fleetlab.theme', t)
      },
      [language, theme] as const,
    )
    await page.goto(lab.url)
    await expect(page.locator('html')).toHaveAttribute('lang', language)
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
    await page.waitForTimeout(LIVE_MS)
    for (const screen of SCREENS) {
      await page.evaluate((id) => (location.hash = `#/${id}`), screen)
      await expect(page.locator('main')).not.toBeEmpty()
      await page.waitForTimeout(500)
      await PREPARE[screen]?.(page)
      await page.waitForTimeout(1500)
      const picture = await page.screenshot({
        path: join(root, folder, `${screen}-${language}-${theme}.png`),
      })
      // An empty screen compresses to a few kilobytes.
      expect(picture.byteLength).toBeGreaterThan(40_000)
    }
  })
}
