// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { ApiError } from '../../../electron/contract/errors'
import { useLoadSetup } from '../../../renderer/stores/load-setup'
import { useLoads } from '../../../renderer/stores/load-runs'
import { useLog } from '../../../renderer/stores/log'
import { loadReportDouble, pointDouble } from '../../helpers/fake-loads'
import { connectedStores } from './harness'

async function opened() {
  const { engine, reconnect } = await connectedStores()
  const loads = useLoads()
  const setup = useLoadSetup()
  await vi.waitFor(() => expect(loads.loaded).toBe(true))
  const started = () => engine.calls.filter((c) => c.command === 'startLoad').map((c) => c.argument)
  return { engine, reconnect, loads, setup, started }
}

describe('load tests of the page', () => {
  beforeEach(() => localStorage.clear())

  it('runs the form, follows it, and has it in the history at its end', async () => {
    const { engine, loads, setup } = await opened()
    expect(await setup.start()).toBe(true)
    expect(loads.running).toBe(true)
    engine.loads.push([pointDouble(0), pointDouble(1)])
    await vi.waitFor(() => expect(loads.points?.points).toHaveLength(2))
    engine.loads.finish(loadReportDouble({}, { runId: 'run-1' }))
    await vi.waitFor(() => expect(loads.now).toBeNull())
    expect(loads.runs.map((r) => r.number)).toEqual([1])
    await loads.open('run-1')
    expect(loads.opened.get('run-1')?.report.offered).toBe(1000)
    await loads.remove('run-1')
    expect([loads.runs.length, loads.opened.has('run-1')]).toEqual([0, false])
  })

  it('shows a run as running until the history has it', async () => {
    const { engine, loads, setup } = await opened()
    await setup.start()
    const seen: [boolean, number][] = []
    loads.$subscribe(() => seen.push([loads.now !== null, loads.runs.length]), { flush: 'sync' })
    engine.loads.finish(loadReportDouble({}, { runId: 'run-1' }))
    await vi.waitFor(() => expect(loads.now).toBeNull())
    expect(seen).not.toContainEqual([false, 0])
  })

  it('hands the password over and keeps it nowhere', async () => {
    const { setup, started } = await opened()
    setup.change({ username: 'ada' })
    setup.password = 's3cret'
    expect(setup.commandLine).toContain('--username ada')
    expect(setup.commandLine).toContain('--password-env FLEETLAB_PASSWORD')
    await setup.start()
    await nextTick()
    expect(started()).toMatchObject([{ password: 's3cret', config: { username: 'ada' } }])
    expect(setup.commandLine).not.toContain('s3cret')
    expect(JSON.stringify(Object.entries(localStorage))).not.toContain('s3cret')
    expect(localStorage.getItem('fleetlab.load')).toContain('ada')
  })

  it('asks before it aims at another machine', async () => {
    const { engine, setup, started } = await opened()
    setup.change({ url: 'mqtt://broker.example.org' })
    expect(await setup.start()).toBe(false)
    expect([setup.unconfirmed?.url, started()]).toEqual(['mqtt://broker.example.org', []])
    setup.decline()
    expect(await setup.confirm()).toBe(false)
    await setup.start()
    expect(await setup.confirm()).toBe(true)
    expect(started()).toHaveLength(1)
    const agreed = engine.calls.filter((c) => c.command === 'allowHost').map((c) => c.argument)
    expect(agreed).toEqual([{ host: 'broker.example.org' }])
  })

  it('does not start what is wrong, and says at the field what the engine refused', async () => {
    const { engine, setup, started } = await opened()
    setup.change({ publishers: 'abc' })
    expect([setup.canStart, setup.commandLine, await setup.start()]).toEqual([false, null, false])
    setup.change({ publishers: '5', caFile: '/nowhere' })
    const details = [{ path: 'config.caFile', found: '/nowhere', expected: 'expected a file' }]
    engine.refuse.set('startLoad', new ApiError('bad-request', 'caFile', details))
    expect(await setup.start()).toBe(false)
    expect(setup.problems.caFile).toMatchObject({ key: 'refused' })
    expect(useLog().notices).toEqual([])
    setup.change({ caFile: '' })
    expect(setup.problems.caFile).toBeUndefined()
    engine.refuse.set('startLoad', new ApiError('conflict', 'a load test is running'))
    await setup.start()
    expect(useLog().notices.map((n) => n.text)).toEqual(['a load test is running'])
    expect(started()).toHaveLength(2)
  })

  it('leaves starting to the host of a class', async () => {
    const { engine, reconnect, loads, setup } = await opened()
    engine.host = { kind: 'web', readOnly: true }
    await reconnect()
    await vi.waitFor(() => expect(loads.locked).toBe(true))
    expect(setup.canStart).toBe(false)
  })

  it('knows that a run is not there', async () => {
    const { loads } = await opened()
    await loads.open('gone')
    expect(loads.opened.get('gone')).toBeNull()
  })
})
