import { describe, expect, it, vi } from 'vitest'
import type { LoadEvent } from '../../../../electron/contract/load'
import { loadSchema, type LoadConfig } from '../../../../electron/contract/load-config'
import type { LoadProgress, LoadReport } from '../../../../electron/contract/load-report'
import { AllowedHosts } from '../../../../electron/engine/base/allowed-hosts'
import { LoadService } from '../../../../electron/engine/load/history/load-service'
import { LoadFeed } from '../../../../electron/engine/load/history/feed'
import { MemoryRunHistory } from '../../../../electron/engine/load/history/run-history'
import { LoadError } from '../../../../electron/engine/load/run/failures'
import type { LoadOptions } from '../../../../electron/engine/load/run/load-options'
import { loadReportDouble, pointDouble } from '../../../helpers/load-report-double'

const CONFIG = loadSchema.parse({ url: 'embedded', publishers: 10 })
const PROGRESS: LoadProgress = {
  phase: 'publishing',
  elapsedMs: 1000,
  plannedMs: 10_000,
  clients: 11,
  connected: 11,
  offered: 100,
  acknowledged: 100,
  failed: 0,
  received: 99,
  errors: 0,
  last: null,
  generator: null,
}

interface Begun {
  config: LoadConfig
  options: LoadOptions
  end: (r: LoadReport) => void
  fail: (e: unknown) => void
}

function serviceDouble(env: Record<string, string> = {}) {
  const begun: Begun[] = []
  const faults: string[] = []
  let ids = 0
  const service = new LoadService({
    history: new MemoryRunHistory(),
    env,
    hosts: new AllowedHosts(),
    now: () => 1_700_000_000_000,
    run: (config, options) =>
      new Promise((end, fail) => {
        begun.push({ config, options, end, fail })
        options.signal?.addEventListener('abort', () =>
          end(loadReportDouble(config, { aborted: 'stopped by the user' })),
        )
      }),
    newRunId: () => `run-${++ids}`,
    onFault: (why) => faults.push(why),
  })
  return { service, begun, faults }
}

const last = (begun: Begun[]): Begun => {
  const found = begun.at(-1)
  if (!found) throw new Error('nothing began')
  return found
}

describe('the service of load tests', () => {
  it('runs one at a time and keeps the report under the next number', async () => {
    const { service, begun } = serviceDouble()
    expect(await service.start(CONFIG)).toMatchObject({ runId: 'run-1', number: 1, state: 'running' })
    await expect(service.start(CONFIG)).rejects.toMatchObject({ code: 'conflict' })
    last(begun).end(loadReportDouble())
    await vi.waitFor(() => expect(service.event(0).now).toBeNull())
    expect(await service.start(CONFIG)).toMatchObject({ runId: 'run-2', number: 2 })
    last(begun).end(loadReportDouble({}, { lost: 3 }))
    await vi.waitFor(() => expect(service.event(0).now).toBeNull())
    expect((await service.runs()).map((r) => [r.number, r.lost])).toEqual([
      [2, 3],
      [1, 0],
    ])
    expect((await service.run('run-2')).report.lost).toBe(3)
  })

  it('refuses a second start while the first still reads its files', async () => {
    const { service, begun } = serviceDouble()
    const both = await Promise.allSettled([service.start(CONFIG), service.start(CONFIG)])
    expect(both.map((b) => b.status)).toEqual(['fulfilled', 'rejected'])
    expect(begun).toHaveLength(1)
  })

  it.each(['payloadFile', 'dataFile', 'clients'])(
    'sends nothing of a file that a page names: %s',
    async (field) => {
      const { service, begun } = serviceDouble()
      const config = { ...CONFIG, [field]: '/etc/passwd' }
      await expect(service.start(config)).rejects.toThrow(
        `${field}: found /etc/passwd; expected no file: only the command line takes it`,
      )
      expect(begun).toEqual([])
    },
  )

  it('stops with a report that says so', async () => {
    const { service } = serviceDouble()
    await service.start(CONFIG)
    const stopped = service.stop()
    expect(service.event(0).now?.state).toBe('stopping')
    await stopped
    expect((await service.runs()).map((r) => r.outcome)).toEqual(['stopped'])
  })

  it('says why a test could not start, keeps nothing of it, and can start again', async () => {
    const { service, begun, faults } = serviceDouble()
    await service.start(CONFIG)
    last(begun).fail(new LoadError('cannot connect: nothing is listening there', 'start'))
    await vi.waitFor(() => expect(service.event(0).now?.state).toBe('failed'))
    expect(service.event(0).now?.error).toBe('cannot connect: nothing is listening there')
    expect([await service.runs(), faults]).toEqual([[], []])
    await service.start(CONFIG)
    expect(begun).toHaveLength(2)
  })

  it('tells the host of a failure that is its own', async () => {
    const { service, begun, faults } = serviceDouble()
    await service.start(CONFIG)
    last(begun).fail(new Error('a worker is missing'))
    await vi.waitFor(() => expect(faults).toEqual(['a worker is missing']))
  })

  it('takes the password from the environment, and refuses a variable or file that is not there', async () => {
    const { service, begun } = serviceDouble({ FLEETLAB_SECRET: 'x' })
    const refused = service.start({ ...CONFIG, passwordEnv: 'FLEETLAB_OTHER' })
    await expect(refused).rejects.toMatchObject({
      code: 'bad-request',
      details: [{ path: 'config.passwordEnv', found: 'FLEETLAB_OTHER' }],
    })
    await expect(service.start({ ...CONFIG, caFile: '/nowhere/ca.pem' })).rejects.toMatchObject({
      details: [{ path: 'config.caFile' }],
    })
    await expect(
      service.start({ ...CONFIG, caFile: import.meta.filename.replace('load-service', 'none') }),
    ).rejects.toThrow(/readable/)
    await service.start({ ...CONFIG, passwordEnv: 'FLEETLAB_SECRET' })
    expect(last(begun).options.credentials?.password).toBe('x')
  })

  it('removes a run, and knows which there is not', async () => {
    const { service, begun } = serviceDouble()
    await service.start(CONFIG)
    last(begun).end(loadReportDouble())
    await vi.waitFor(() => expect(service.event(0).now).toBeNull())
    const before = service.event(0).history
    await service.remove('run-1')
    expect(service.event(0).history).toBe(before + 1)
    await expect(service.remove('run-1')).rejects.toMatchObject({ code: 'not-found' })
    await expect(service.run('run-1')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('gives a run as JSON, CSV and HTML', async () => {
    const { service, begun } = serviceDouble()
    await service.start(CONFIG)
    last(begun).end(loadReportDouble({ url: 'mqtt://127.0.0.1:18830' }))
    await vi.waitFor(() => expect(service.event(0).now).toBeNull())
    const json = await service.file('run-1', 'json')
    expect([json.name, (JSON.parse(json.text) as LoadReport).offered]).toEqual([
      'load-test-1-run-1.json',
      1000,
    ])
    expect((await service.file('run-1', 'csv')).text.split('\n')).toHaveLength(12)
    expect((await service.file('run-1', 'html')).text).toContain(
      '<h1>Load test of mqtt://127.0.0.1:18830</h1>',
    )
  })
})

describe('what pages are told', () => {
  it('sends each point once, all of them to a page that comes later, and a new run from its beginning', async () => {
    const { service, begun } = serviceDouble()
    const told: LoadEvent[] = []
    const feed = new LoadFeed(service, { load: (e) => told.push(e) })
    feed.push()
    feed.push()
    expect(told).toHaveLength(1)
    await service.start(CONFIG)
    const { options, end } = last(begun)
    options.onPoint?.(pointDouble(0))
    options.onPoint?.(pointDouble(1))
    options.onProgress?.(PROGRESS)
    feed.push()
    options.onPoint?.(pointDouble(2))
    feed.push()
    expect(told.slice(1).map((e) => [e.from, e.points.map((p) => p.atMs)])).toEqual([
      [0, [0, 1000]],
      [2, [2000]],
    ])
    expect(told[1]?.now?.progress).toEqual(PROGRESS)
    const later: LoadEvent[] = []
    new LoadFeed(service, { load: (e) => later.push(e) }).push()
    expect(later[0]?.points).toHaveLength(3)
    end(loadReportDouble())
    await vi.waitFor(() => expect(service.event(0).now).toBeNull())
    feed.push()
    expect(told.at(-1)).toMatchObject({ now: null, history: 1 })
    await service.start(CONFIG)
    last(begun).options.onPoint?.(pointDouble(0))
    feed.push()
    expect(told.at(-1)).toMatchObject({ from: 0, points: [{ atMs: 0 }], now: { number: 2 } })
  })

  it('goes on when nobody looks', async () => {
    const { service, begun } = serviceDouble()
    await service.start(CONFIG)
    for (let i = 0; i < 7300; i++) last(begun).options.onPoint?.(pointDouble(i))
    const event = service.event(0)
    expect([event.from, event.points.length, event.points[0]?.atMs]).toEqual([100, 7200, 100_000])
  })
})
