import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LoadRun } from '../../../../electron/contract/load'
import { FileRunStore } from '../../../../electron/engine/load/history/file-store'
import { MAX_RUNS, MemoryRunStore, type RunStore } from '../../../../electron/engine/load/history/store'
import { loadReportDouble } from '../../../helpers/fake-loads'

let folder = ''
let corrupt: [file: string, why: string][] = []
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'fleetlab-store-')), 'load-tests')
  corrupt = []
})
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }))

const fileStore = (): FileRunStore => new FileRunStore(folder, (file, why) => corrupt.push([file, why]))
const run = (number: number, lost = 0): LoadRun => ({
  runId: `run-${number}`,
  number,
  startedAtMs: 1_700_000_000_000 + number,
  report: loadReportDouble({}, { lost, series: [] }),
})

const STORES: [string, () => RunStore][] = [
  ['in memory', () => new MemoryRunStore()],
  ['in a folder', fileStore],
]

describe.each(STORES)('a history %s', (_name, create) => {
  it('gives back what was saved, newest first', async () => {
    const store = create()
    expect(await store.list()).toEqual([])
    await store.save(run(1))
    await store.save(run(2, 5))
    expect((await store.list()).map((r) => [r.number, r.lost])).toEqual([
      [2, 5],
      [1, 0],
    ])
    expect(await store.read('run-2')).toEqual(run(2, 5))
    expect(await store.read('run-3')).toBeNull()
  })

  it('lets go of the oldest beyond its bound', async () => {
    const store = create()
    for (let i = 1; i <= MAX_RUNS + 2; i++) await store.save(run(i))
    const numbers = (await store.list()).map((r) => r.number)
    expect([numbers.length, numbers.at(0), numbers.at(-1)]).toEqual([MAX_RUNS, MAX_RUNS + 2, 3])
    expect(await store.read('run-1')).toBeNull()
  })

  it('removes a run once', async () => {
    const store = create()
    await store.save(run(1))
    expect([await store.remove('run-1'), await store.remove('run-1')]).toEqual([true, false])
    expect(await store.list()).toEqual([])
  })
})

describe('the files of a history', () => {
  it('outlive the process, one a run, and leave no half file behind', async () => {
    await fileStore().save(run(1))
    expect(await readdir(folder)).toEqual(['run-1.json'])
    expect((await fileStore().list()).map((r) => r.number)).toEqual([1])
  })

  it('are put aside when they cannot be read, once each, and the others stay', async () => {
    await fileStore().save(run(1))
    await writeFile(join(folder, 'broken.json'), '{"kind":"fleetlab-load-run"')
    await writeFile(join(folder, 'other.json'), await readFile(join(folder, 'run-1.json')))
    await writeFile(join(folder, 'notes.txt'), 'not ours')
    const store = fileStore()
    expect((await store.list()).map((r) => r.runId)).toEqual(['run-1'])
    await store.list()
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
    const [here, there] = [fileStore(), fileStore()]
    await here.save(run(1))
    await there.save(run(2))
    expect((await here.list()).map((r) => r.number)).toEqual([2, 1])
    await there.remove('run-1')
    expect((await here.list()).map((r) => r.number)).toEqual([2])
  })

  it('cannot lie outside of the folder', async () => {
    await expect(fileStore().read('../secret')).rejects.toThrow(/id of a run/)
  })
})
