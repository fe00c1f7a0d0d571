import { test as base, expect } from '@playwright/test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServe } from '../helpers/served'

export const root = join(import.meta.dirname, '../..')

/** The built command line serving the page and a fleet. */
export interface Lab {
  /** Address of the page. */
  url: string
  /** Address of the embedded broker, e.g. mqtt://127.0.0.1:1883. */
  broker: string
}

interface Options {
  /** Scenario file the lab runs, from the root of the project; empty for what a first start shows. */
  scenario: string
}

/**
 * Playwright's test with a running lab: `lab.url` is the page, and the page must not print an error or a warning.
 * `test.use({ scenario: 'examples/factory-200.yaml' })` chooses another fleet.
 */
export const test = base.extend<Options & { lab: Lab; complaints: string[] }>({
  scenario: ['examples/demo.yaml', { option: true }],
  lab: async ({ scenario, page }, use) => {
    // Each lab has a history of its own.
    const data = mkdtempSync(join(tmpdir(), 'fleetlab-e2e-'))
    try {
      const args = scenario === '' ? [] : ['--scenario', join(root, scenario)]
      const { url, printed, end } = await startServe({ data, args })
      await use({ url, broker: /^broker (\S+)$/m.exec(printed())?.[1] ?? '' })
      // A page that outlives its engine complains of the lost connection.
      await page.close()
      await end()
    } finally {
      rmSync(data, { recursive: true, force: true })
    }
  },
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = []
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(String(error)))
      await use(complaints)
      expect(complaints, 'errors and warnings on the console of the page').toEqual([])
    },
    { auto: true },
  ],
})

export { expect }
