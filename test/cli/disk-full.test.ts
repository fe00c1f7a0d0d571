import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runFleetlab } from '../helpers/cli-run'

it.skipIf(!existsSync('/dev/full'))('a full disk is one line that names the file, exit code 2', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fleetlab-full-'))
  const scenario = join(folder, 'a.yaml')
  await writeFile(scenario, 'version: 1\nname: A\n')
  for (const flag of ['--json', '--pcap']) {
    const { code, stderr } = await runFleetlab(['run', scenario, '--duration', '1s', flag, '/dev/full'])
    expect(stderr).toContain(
      'fleetlab: /dev/full was not written: the disk is full; free some space or choose another location\n',
    )
    expect(code).toBe(2)
  }
  expect(await readdir(folder)).toEqual(['a.yaml'])
  const { code, stderr } = await runFleetlab(['run', scenario, '--duration', '1s', '--json', '/proc/no/such'])
  expect([code, stderr.trim().split('\n').at(-1)]).toEqual([
    2,
    'fleetlab: /proc/no/such was not written: there is no such folder; choose another location',
  ])
  await rm(folder, { recursive: true })
})
