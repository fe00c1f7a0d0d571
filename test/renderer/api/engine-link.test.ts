import { afterEach, describe, expect, it, vi } from 'vitest'
import { createMemoryChannels, type Channel } from '../../../electron/contract/channel'
import { ApiError } from '../../../electron/contract/errors'
import { EngineLink, type LinkPhase } from '../../../renderer/api/engine-link'
import { chooseTransport } from '../../../renderer/api/transport'
import { CLASSROOM } from '../../helpers/classroom'
import { FakeEngine } from '../../helpers/fake-engine'

const links: EngineLink[] = []
afterEach(() => {
  for (const l of links.splice(0)) l.stop()
})

/** A link whose channels are cut and pauses ended by hand. */
function rig(engine = new FakeEngine(CLASSROOM)) {
  const channels: Channel[] = []
  const pauses: { ms: number; end: () => void }[] = []
  const phases: LinkPhase[] = []
  let refuse = 0
  const link = new EngineLink({
    open: () => {
      if (refuse-- > 0) return Promise.reject(new Error('nobody listens'))
      const [page, host] = createMemoryChannels()
      engine.serve(host)
      channels.push(page)
      return Promise.resolve(page)
    },
    wait: (ms) => new Promise((end) => pauses.push({ ms, end })),
    onFault: (thrown) => expect.fail(String(thrown)),
  })
  links.push(link)
  link.onPhase((p) => phases.push(p))
  return { engine, link, channels, pauses, phases, failNext: (n: number) => (refuse = n) }
}

describe('EngineLink', () => {
  it('greets the engine and hands on commands and events', async () => {
    const { engine, link, phases } = rig()
    void link.start()
    await vi.waitFor(() => expect(phases.at(-1)?.phase).toBe('ready'))
    const names: string[] = []
    link.on('status', (s) => names.push(s.scenario.name))
    engine.tick(100)
    await vi.waitFor(() => expect(names).toEqual(['Lossy classroom']))
    const { scenario } = await link.api.getScenario({})
    expect(scenario.groups).toHaveLength(6)
  })

  it('refuses commands while there is no connection', async () => {
    const { link } = rig()
    await expect(link.api.getScenario({})).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('connects again with growing pauses and tells who waits for it', async () => {
    const { link, channels, pauses, phases, failNext } = rig()
    let ready = 0
    link.onReady(() => (ready += 1))
    void link.start()
    await vi.waitFor(() => expect(ready).toBe(1))
    failNext(2)
    channels[0]?.close()
    for (let i = 0; i < 3; i++) {
      await vi.waitFor(() => expect(pauses).toHaveLength(i + 1))
      pauses[i]?.end()
    }
    await vi.waitFor(() => expect(ready).toBe(2))
    const times = pauses.map((p) => p.ms)
    expect(times).toEqual([250, 500, 1000])
    expect(phases.flatMap((p) => (p.phase === 'lost' ? [p.attempt] : []))).toEqual([1, 2, 3])
  })

  it('gives up on an engine that does not want the page', async () => {
    const { engine, link, pauses, phases } = rig()
    engine.refuse.set('hello', new ApiError('unavailable', 'this page speaks contract 1, the engine 2'))
    await link.start()
    expect(phases.at(-1)).toEqual({ phase: 'refused', message: 'this page speaks contract 1, the engine 2' })
    expect(pauses).toEqual([])
  })
})

describe('chooseTransport', () => {
  it('takes the desktop bridge where there is one, else the own origin, else nothing', () => {
    const bridge = { kind: 'electron', connect: () => undefined, openFile: () => false } as const
    expect(chooseTransport({ fleetlab: bridge }, { protocol: 'app:', host: 'fleetlab' })).toEqual({
      kind: 'electron',
      bridge,
    })
    expect(chooseTransport({}, { protocol: 'http:', host: '127.0.0.1:8080' })).toEqual({
      kind: 'websocket',
      url: 'ws://127.0.0.1:8080/engine',
    })
    expect(chooseTransport({}, { protocol: 'https:', host: 'lab' })).toEqual({
      kind: 'websocket',
      url: 'wss://lab/engine',
    })
    expect(chooseTransport({}, { protocol: 'app:', host: 'fleetlab' })).toEqual({ kind: 'none' })
  })
})
