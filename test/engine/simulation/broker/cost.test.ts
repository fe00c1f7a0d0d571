import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('what is counted as kept is what it takes, within a factor of two', async () => {
  const script = 'test/helpers/cost-of-kept.ts'
  const run = await promisify(execFile)(process.execPath, ['--expose-gc', '--import', 'tsx', script])
  const ratios = JSON.parse(run.stdout) as Record<string, number>
  expect(Object.keys(ratios)).toHaveLength(5)
  for (const [name, ratio] of Object.entries(ratios)) {
    expect(ratio, name).toBeGreaterThan(0.5)
    expect(ratio, name).toBeLessThan(2)
  }
})
