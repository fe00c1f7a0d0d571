import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LoadNow, LoadRun } from '../../../../electron/contract/load'
import { loadSchema } from '../../../../electron/contract/load-config'
import type { LoadProgress } from '../../../../electron/contract/load-report'
import { FileRunHistory } from '../../../../electron/engine/load/history/file-run-history'
import { FileJournal, readJournal } from '../../../../electron/engine/load/history/journal'
import { readReport } from '../../../../electron/engine/load/report/read'
import { reportText } from '../../../../electron/engine/load/report/text'
import { pointDouble } from '../../../helpers/load-report-double'

let folder = ''
const faults: unknown[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetlab-journal-'))
  faults.length = 0
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const RUN: LoadNow = {
  runId: 'run-1',
  number: 4,
  startedAtMs: 1_700_000_000_000,
  config: loadSchema.parse({ url: 'embedded', publishers: 10, thresholds: { maxLost: 0 } }),
  state: 'running',
  error: null,
  progress: null,
}
const progress = (seconds: number): LoadProgress => ({
  phase: 'publishing',
  elapsedMs: seconds * 1000,
  plannedMs: 10_000,
  clients: 11,
  connected: 11,
  offered: seconds * 100,
  acknowledged: seconds * 99,
  failed: 0,
  received: seconds * 98,
  errors: seconds * 2,
  last: null,
  generator: {
    maxLoopDelayMs: 12,
    lateSends: 5,
    busiestWorker: 0.9,
    workers: 2,
    saturated: true,
    reasons: ['the busiest worker was busy'],
  },
})
const open = (): FileJournal => new FileJournal(folder, (e) => faults.push(e))

async function left(journal: FileJournal): Promise<LoadRun[]> {
  const runs: LoadRun[] = []
  await journal.leftovers(async (run) => void runs.push(run))
  return runs
}

/** As a process that was killed leaves it. */
async function killed(seconds: number, torn = ''): Promise<void> {
  const { runId, number, startedAtMs, config } = RUN
  const lines: unknown[] = [{ runId, number, startedAtMs, config }]
  for (let s = 1; s <= seconds; s++) lines.push({ point: pointDouble(s) }, { progress: progress(s) })
  const text = lines.map((l) => `${JSON.stringify(l)}\n`).join('')
  await writeFile(join(folder, `run-1.${2 ** 22 + 1}.journal`), text + torn)
}

describe('the journal of a running load test', () => {
  it('is gone when the run is in the history, and not offered while its program lives', async () => {
    const journal = open()
    journal.begin(RUN)
    journal.add({ progress: progress(1) })
    expect(await left(journal)).toEqual([])
    await journal.end()
    expect(await readdir(folder)).toEqual([])
    expect(faults).toEqual([])
  })

  it('of a killed program becomes a run of the history, with what was counted until the last second', async () => {
    await killed(3, '{"progress":{"phase":"publ')
    const [run] = await left(open())
    expect(run).toMatchObject({ runId: 'run-1', number: 4 })
    expect(run?.report).toMatchObject({
      complete: false,
      aborted: 'the program ended during the run',
      offered: 300,
      acknowledged: 297,
      inFlight: 3,
      received: 294,
      publishRate: 99,
      elapsedMs: 3000,
      verdict: { checks: [] },
    })
    expect(run?.report.series).toHaveLength(3)
    expect(await readdir(folder)).toEqual([])
    const history = new FileRunHistory(folder, () => undefined)
    if (run) await history.save(run)
    expect(await new FileRunHistory(folder, (_f, why) => faults.push(why)).list()).toMatchObject([
      { runId: 'run-1', outcome: 'aborted' },
    ])
    expect(faults).toEqual([])
  })

  it('says null, not 0, of what was not known yet, and keeps what was', async () => {
    await killed(3)
    const [run] = await left(open())
    const report = readReport(JSON.stringify(run?.report), 'run-1')
    const unknown = { expected: null, lost: null, duplicated: null, outOfOrder: null, bytesSent: null }
    expect(report).toMatchObject({
      ...unknown,
      errors: { 'not classified, because the run was cut short': 6 },
    })
    expect(report.generator).toMatchObject({ lateSends: 5, saturated: true, workers: 2 })
    expect(reportText(report)).toMatch(/lost +not known/)
  })

  it('that tells nothing gives no run', async () => {
    expect(readJournal('')).toBeNull()
    const { runId, number, startedAtMs, config } = RUN
    const lines = [
      { runId, number, startedAtMs, config },
      { point: { offered: 1 } },
      { point: pointDouble(1) },
      { progress: { phase: 'publishing', offered: '<b>' } },
      { progress: progress(1) },
      { progress: {} },
    ]
    const run = readJournal(lines.map((l) => JSON.stringify(l)).join('\n'))
    expect(run?.report).toMatchObject({ offered: 100, series: [pointDouble(1)] })
    expect(readJournal('{"runId":"x"')).toBeNull()
    await killed(0)
    expect(await left(open())).toEqual([])
    expect(await readdir(folder)).toEqual([])
  })

  it('costs itself, not the run, when it cannot be written', async () => {
    const journal = new FileJournal('/dev/null/no', (e) => faults.push(e))
    journal.begin(RUN)
    journal.add({ progress: progress(1) })
    await journal.end()
    expect(faults).toHaveLength(1)
  })
})
