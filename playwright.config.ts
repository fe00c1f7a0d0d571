import { defineConfig } from '@playwright/test'
import { findChromium } from './test/helpers/chromium'

const browser = await findChromium()

/** A page of these tests lives for seconds: compiling it well takes longer than it saves. */
const SHORT_LIVES = '--js-flags=--no-maglev --no-turbofan'

const DESKTOP = '**/e2e/electron/*.spec.ts'

export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  workers: 2,
  // A busy machine may miss a deadline once; the report calls such a test flaky.
  retries: 1,
  timeout: 30_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  // looks: pictures, and every combination of language, theme and window size.
  projects: [
    // scripts/test-electron.mjs makes the runtime ready that these need. They share a display and its keyboard,
    // so one after the other, and first: the page is tried beside them.
    ...(process.env['FLEETLAB_ELECTRON'] === undefined
      ? []
      : [{ name: 'electron', testMatch: DESKTOP, timeout: 60_000, workers: 1 }]),
    // Where there is a real Electron, the journeys of the shell are made there and not with the double for it.
    {
      name: 'page',
      testIgnore:
        process.env['FLEETLAB_ELECTRON'] === undefined ? DESKTOP : [DESKTOP, '**/electron-double.spec.ts'],
      grepInvert: /@looks/,
    },
    { name: 'looks', testIgnore: DESKTOP, grep: /@looks/ },
  ],
  reporter: 'list',
  use: {
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    colorScheme: 'dark',
    reducedMotion: 'no-preference',
    launchOptions: { executablePath: browser.executablePath, args: [...browser.args, SHORT_LIVES] },
    // A trace films every test; TRACE=1 when one is wanted.
    trace: process.env['TRACE'] === '1' ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
  },
})
