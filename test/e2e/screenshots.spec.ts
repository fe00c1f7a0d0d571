import { expect, test } from './fixtures'
import { atRest, gateEngine, goTo, LOOKS, looksTag, openScreen, setLook, takePicture } from './screens'

/**
 * Pictures of the documentation that no other test takes: experiments with their result, and the states of the design
 * language. `SCREENSHOTS=1 npx playwright test` renews all pictures in docs/screenshots.
 */
test('experiments with their result, in every look', looksTag(false), async ({ page, lab }) => {
  test.setTimeout(120_000)
  await openScreen(page, lab.url, 'experiments')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Run again', exact: true })).toBeVisible({ timeout: 90_000 })
  for (const [language, theme] of LOOKS) {
    await setLook(page, language, theme)
    await atRest(page)
    await expect(page.getByTestId('conclusion')).toBeVisible()
    await takePicture(page, `experiments-${language}-${theme}`)
  }
})

test('colours, dashes and glyphs in both themes', looksTag(false), async ({ page, lab }) => {
  await openScreen(page, lab.url, 'handshakes')
  await expect(page.getByTestId('sequence')).toBeVisible()
  const legend = page.locator('.legend').first()
  for (const theme of ['dark', 'light'] as const) {
    await setLook(page, 'en', theme)
    await takePicture(legend, `legend-${theme}`)
  }
})

test('states: empty, refused, disconnected', looksTag(false), async ({ page, lab, complaints }) => {
  const gate = await gateEngine(page)
  await openScreen(page, lab.url, 'handshakes?filter=client:nobody')
  await expect(page.getByText('No matching packets')).toBeVisible()
  await takePicture(page, 'state-empty')
  await goTo(page, 'lab')
  const count = page.getByRole('textbox', { name: 'Count of Door locks' })
  await count.fill('0')
  await count.press('Enter')
  await expect(page.locator('.error-row')).toBeVisible()
  await takePicture(page.getByRole('region', { name: 'Fleet' }), 'state-refused')
  await count.press('Escape')
  gate.refuse = true
  await expect(page.getByRole('alert').filter({ hasText: 'Connection to the engine lost' })).toBeVisible()
  await takePicture(page, 'state-disconnected')
  gate.refuse = false
  // What the browser says of a refused socket.
  complaints.length = 0
})
