import { test as base, expect } from '@playwright/test'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** The built command line serving the page and a fleet. */
export interface Lab {
  /** Address of the page. */
  url: string
  /** Address of the embedded broker, e.g. mqtt://127.0.0.1:1883. */
  broker: string
}

interface Options {
  /** Scenario file the lab runs, from the root of the project. */
  scenario: string
}

/** Starts `fleetlab serve` and waits for the lines that say where it listens. */
async function startLab(scenario: string): Promise<{ lab: Lab; child: ChildProcess }> {
  const args = [join(root, 'out/main/cli.js'), 'serve', '--port', '0', '--scenario', join(root, scenario)]
  // Each lab has a history of its own, and leaves the user's alone.
  const data = mkdtempSync(join(tmpdir(), 'fleetlab-e2e-'))
  const env = { ...process.env, XDG_DATA_HOME: data }
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
  child.once('close', () => rmSync(data, { recursive: true, force: true }))
  let text = ''
  const lab = await new Promise<Lab>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString()
      const url = /page +(http:\S+)/.exec(text)?.[1]
      if (url !== undefined) resolve({ url, broker: /^broker (\S+)$/m.exec(text)?.[1] ?? '' })
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('close', (code) => reject(new Error(`fleetlab serve ended with ${code}: ${text}`)))
  })
  return { lab, child }
}

async function stopLab(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGINT')
  await closed
}

/**
 * Playwright's test with a running lab: `lab.url` is the page, and the page must not print an error or a warning.
 * `test.use({ scenario: 'examples/factory-200.yaml' })` chooses another fleet.
 */
export const test = base.extend<Options & { lab: Lab; complaints: string[] }>({
  scenario: ['examples/demo.yaml', { option: true }],
  lab: async ({ scenario, page }, use) => {
    const { lab, child } = await startLab(scenario)
    await use(lab)
    // A page that outlives its engine complains of the lost connection.
    await page.close()
    await stopLab(child)
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
