import { describe, expect, it } from 'vitest'
import { ApiError } from '../../../electron/contract/errors'
import type { LinkPhase } from '../../../renderer/api/engine-link'
import { chooseTransport } from '../../../renderer/api/transport'
import { engineWithLink, eventually } from '../stores/harness'

/** A link whose channels are cut and pauses ended by hand. */
async function rig() {
  const pauses: { ms: number; end: () => void }[] = []
  const phases: LinkPhase[] = []
  let fail = 0
  const all = await engineWithLink(undefined, {
    open: () => (fail-- > 0 ? Promise.reject(new Error('nobody listens')) : Promise.resolve(all.connect())),
    wait: (ms) => new Promise((end) => pauses.push({ ms, end })),
    onFault: (thrown) => expect.fail(String(thrown)),
    language: () => 'ko',
  })
  all.link.onPhase((p) => phases.push(p))
  return { ...all, pauses, phases, failNext: (n: number) => (fail = n) }
}

describe('EngineLink', () => {
  it('greets the engine and hands on commands and events', async () => {
    const { link, phases, calls } = await rig()
    const names = new Set<string>()
    link.on('status', (s) => names.add(s.scenario.name))
    void link.start()
    await eventually(() => expect(phases.at(-1)?.phase).toBe('ready'))
    await eventually(() => expect([...names]).toEqual(['Lossy classroom']))
    const { scenario } = await link.api.getScenario({})
    expect(scenario.groups).toHaveLength(6)
    expect(calls[0]).toMatchObject({ command: 'hello', argument: { language: 'ko' } })
  })

  it('refuses commands while there is no connection', async () => {
    const { link } = await rig()
    await expect(link.api.getScenario({})).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('connects again with growing pauses and tells who waits for it', async () => {
    const { link, channels, pauses, phases, failNext } = await rig()
    let ready = 0
    link.onReady(() => (ready += 1))
    void link.start()
    await eventually(() => expect(ready).toBe(1))
    failNext(2)
    channels[0]?.close()
    for (let i = 0; i < 3; i++) {
      await eventually(() => expect(pauses).toHaveLength(i + 1))
      pauses[i]?.end()
    }
    await eventually(() => expect(ready).toBe(2))
    const times = pauses.map((p) => p.ms)
    expect(times).toEqual([250, 500, 1000])
    expect(phases.flatMap((p) => (p.phase === 'lost' ? [p.attempt] : []))).toEqual([1, 2, 3])
  })

  it('gives up on an engine that does not want the page', async () => {
    const { refuse, link, pauses, phases } = await rig()
    refuse.set('hello', new ApiError('unavailable', 'this page speaks contract 1, the engine 2'))
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
