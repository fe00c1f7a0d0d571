import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LoadRun } from '../../../../electron/contract/load'
import { FileRunHistory } from '../../../../electron/engine/load/history/file-run-history'
import {
  MAX_RUNS,
  MemoryRunHistory,
  type RunHistory,
} from '../../../../electron/engine/load/history/run-history'
import { loadReportDouble } from '../../../helpers/load-report-double'

let folder = ''
let corrupt: [file: string, why: string][] = []
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'fleetlab-history-')), 'load-tests')
  corrupt = []
})
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }))

const inFolder = (): FileRunHistory => new FileRunHistory(folder, (file, why) => corrupt.push([file, why]))
const run = (number: number, lost = 0): LoadRun => ({
  runId: `run-${number}`,
  number,
  startedAtMs: 1_700_000_000_000 + number,
  report: loadReportDouble({}, { lost, series: [] }),
})

const STORES: [string, () => RunHistory][] = [
  ['in memory', () => new MemoryRunHistory()],
  ['in a folder', inFolder],
]

describe.each(STORES)('a history %s', (_name, create) => {
  it('gives back what was saved, newest first', async () => {
    const history = create()
    expect(await history.list()).toEqual([])
    await history.save(run(1))
    await history.save(run(2, 5))
    expect((await history.list()).map((r) => [r.number, r.lost])).toEqual([
      [2, 5],
      [1, 0],
    ])
    expect(await history.read('run-2')).toEqual(run(2, 5))
    expect(await history.read('run-3')).toBeNull()
  })

  it('lets go of the oldest beyond its bound', async () => {
    const history = create()
    for (let i = 1; i <= MAX_RUNS + 2; i++) await history.save(run(i))
    const numbers = (await history.list()).map((r) => r.number)
    expect([numbers.length, numbers.at(0), numbers.at(-1)]).toEqual([MAX_RUNS, MAX_RUNS + 2, 3])
    expect(await history.read('run-1')).toBeNull()
  })

  it('removes a run once', async () => {
    const history = create()
    await history.save(run(1))
    expect([await history.remove('run-1'), await history.remove('run-1')]).toEqual([true, false])
    expect(await history.list()).toEqual([])
  })
})

describe('the files of a history', () => {
  it('outlive the process, one a run, and leave no half file behind', async () => {
    await inFolder().save(run(1))
    expect(await readdir(folder)).toEqual(['run-1.json'])
    expect((await inFolder().list()).map((r) => r.number)).toEqual([1])
  })

  it('are put aside when they cannot be read, once each, and the others stay', async () => {
    await inFolder().save(run(1))
    await writeFile(join(folder, 'broken.json'), '{"kind":"fleetlab-load-run"')
    await writeFile(join(folder, 'other.json'), await readFile(join(folder, 'run-1.json')))
    await writeFile(join(folder, 'notes.txt'), 'not ours')
    const history = inFolder()
    expect((await history.list()).map((r) => r.runId)).toEqual(['run-1'])
    await history.list()
    expect((await readdir(folder)).sort()).toEqual([
      'broken.json.corrupt',
      'notes.txt',
      'other.json.corrupt',
      'run-1.json',
    ])
    expect(corrupt.map(([file]) => file.replace(`${folder}/`, '')).sort()).toEqual([
      'broken.json.corrupt',
      'other.json.corrupt',
    ])
    expect(corrupt.every(([, why]) => why !== '' && !why.includes('\n'))).toBe(true)
  })

  it('that another process adds and removes are seen', async () => {
    const [here, there] = [inFolder(), inFolder()]
    await here.save(run(1))
    await there.save(run(2))
    expect((await here.list()).map((r) => r.number)).toEqual([2, 1])
    await there.remove('run-1')
    expect((await here.list()).map((r) => r.number)).toEqual([2])
  })

  it('cannot lie outside of the folder', async () => {
    await expect(inFolder().read('../secret')).rejects.toThrow(/id of a run/)
  })
})
