// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { ApiError } from '../../../electron/contract/errors'
import { useLoadSetup } from '../../../renderer/stores/load-setup'
import { useLoads } from '../../../renderer/stores/load-runs'
import { useLog } from '../../../renderer/stores/log'
import { connectedStores, eventually } from './harness'

async function opened() {
  const rig = await connectedStores({ name: 'nothing else', groups: [] })
  const loads = useLoads()
  const setup = useLoadSetup()
  await eventually(() => expect(loads.loaded).toBe(true))
  const started = () => rig.calls.filter((c) => c.command === 'startLoad').map((c) => c.argument)
  return { ...rig, loads, setup, started }
}
const refused = new ApiError('conflict', 'a load test is running')

describe('load tests of the page', () => {
  beforeEach(() => localStorage.clear())

  it('runs the form, follows it, and has it in the history at its end', async () => {
    const { loads, setup } = await opened()
    setup.change({ url: 'embedded', publishers: '2', rate: '50', duration: '2s' })
    expect(await setup.start()).toBe(true)
    expect(loads.running).toBe(true)
    const seen: [boolean, number][] = []
    let points = 0
    const note = (): void => {
      seen.push([loads.now !== null, loads.runs.length])
      points = Math.max(points, loads.points?.points.length ?? 0)
    }
    loads.$subscribe(note, { flush: 'sync' })
    // on a busy machine the run may have ended before the test looks again
    await eventually(() => expect(points).toBeGreaterThan(0))
    await eventually(() => expect(loads.now).toBeNull())
    // A run is shown as running until the history has it.
    expect(seen).not.toContainEqual([false, 0])
    const [run] = loads.runs
    expect(run?.number).toBe(1)
    const id = run?.runId ?? ''
    await loads.open(id)
    expect(loads.opened.get(id)?.report).toMatchObject({ offered: 200, received: 200, lost: 0 })
    await loads.remove(id)
    expect([loads.runs.length, loads.opened.has(id)]).toEqual([0, false])
  })

  it('keeps no secret of a header or an address, nor one that an earlier version kept', async () => {
    const wsHeader = 'Authorization: Bearer s3cret'
    localStorage.setItem('fleetlab.load', JSON.stringify({ url: 'ws://127.0.0.1/?token=s3cret', wsHeader }))
    const { setup } = await opened()
    const kept = () => JSON.stringify(Object.entries(localStorage))
    await nextTick()
    expect(kept()).not.toContain('s3cret')
    setup.change({ url: 'ws://127.0.0.1/?token=s3cret2', publishers: '7' })
    await nextTick()
    expect(setup.draft).toMatchObject({ url: 'ws://127.0.0.1/?token=s3cret2', wsHeader })
    expect(kept()).toContain('token=***')
    expect(kept()).not.toContain('s3cret')
    expect(setup.commandLine).not.toContain('s3cret')
  })

  it('hands the password over and keeps it nowhere', async () => {
    const { refuse, setup, started } = await opened()
    refuse.set('startLoad', refused)
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
    const { calls, refuse, setup, started } = await opened()
    setup.change({ url: 'mqtt://broker.example.org' })
    expect(await setup.start()).toBe(false)
    expect([setup.unconfirmed?.url, started()]).toEqual(['mqtt://broker.example.org', []])
    setup.decline()
    expect(await setup.confirm()).toBe(false)
    await setup.start()
    refuse.set('startLoad', refused)
    await setup.confirm()
    const given = calls.filter((c) => /^(allowHost|startLoad)$/.test(c.command))
    expect(given).toMatchObject([
      { command: 'allowHost', argument: { host: 'broker.example.org' } },
      { command: 'startLoad' },
    ])
  })

  it('does not start what is wrong, and says at the field what the engine refused', async () => {
    const { refuse, setup, started } = await opened()
    setup.change({ publishers: 'abc' })
    expect([setup.canStart, setup.commandLine, await setup.start()]).toEqual([false, null, false])
    setup.change({ publishers: '5', url: 'mqtts://127.0.0.1:8883', caFile: '/nowhere' })
    const details = [{ path: 'config.caFile', found: '/nowhere', expected: 'expected a file' }]
    refuse.set('startLoad', new ApiError('bad-request', 'caFile', details))
    expect(await setup.start()).toBe(false)
    expect(setup.problems.caFile).toMatchObject({ key: 'refused' })
    expect(useLog().notices).toEqual([])
    setup.change({ caFile: '' })
    expect(setup.problems.caFile).toBeUndefined()
    refuse.set('startLoad', refused)
    await setup.start()
    expect(useLog().notices.map((n) => n.text)).toEqual(['a load test is running'])
    expect(started()).toHaveLength(2)
  })

  it('leaves starting to the host of a class', async () => {
    const { host, reconnect, loads, setup } = await opened()
    host.readOnly = true
    await reconnect()
    await eventually(() => expect(loads.locked).toBe(true))
    expect(setup.canStart).toBe(false)
  })

  it('knows that a run is not there', async () => {
    const { loads } = await opened()
    await loads.open('gone')
    expect(loads.opened.get('gone')).toBeNull()
  })
})
