import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EngineApi, EngineEvents } from '../../electron/contract/api'
import { decode, encode } from '../../electron/contract/codec'
import { ApiError } from '../../electron/contract/errors'
import { experimentSchema, type ExperimentState } from '../../electron/contract/experiment'
import type { Role } from '../../electron/contract/command-entry'
import { checkRole } from '../../electron/contract/roles'
import { COMMANDS, commands } from '../../electron/contract/commands'
import { connectEngine, servePage, type PageLink } from '../../electron/contract/rpc'
import { GOOD } from '../helpers/good-arguments'
import { CHANNEL_KINDS, type ChannelPair } from '../helpers/channel-pairs'
import { createApiDouble, statusDouble, type RecordedCall } from '../helpers/engine-double'

type Answers = Parameters<typeof createApiDouble>[0]

const EXPERIMENT: ExperimentState = {
  id: 1,
  state: 'running',
  config: experimentSchema.parse({ loss: [0.1] }),
  complete: false,
  points: [],
  curves: [],
  fraction: 0.5,
  elapsedMs: 10,
  error: null,
}

/** Every event once, with the least it may carry. */
const EVENTS: { [K in keyof EngineEvents]: Parameters<EngineEvents[K]>[0] } = {
  status: statusDouble(),
  groups: [],
  scenario: { scenario: { version: 1 } as never, revision: 2 },
  packets: { packets: [], exchanges: [], journeys: [], marks: [], matched: 5, shown: 1 },
  topics: { rows: [], totalRows: 0, offset: 0, totalTopics: 0, matchedTopics: 0, dropped: 0 },
  rates: { atMs: 1000, byType: { PUBLISH: 3 }, byQos: [1, 1, 1], byGroup: { sensors: 3 }, lost: 0 },
  devices: { revision: 4 },
  experiment: EXPERIMENT,
  load: { now: null, from: 0, points: [], history: 1 },
  sharing: { on: false },
  vote: null,
  shown: {
    screen: 'lab',
    lesson: null,
    packets: { one: false, focus: null, filter: '', live: true, at: null, selected: null },
    moment: null,
  },
  sandboxes: { most: 8, running: 1, waiting: 0 },
  host: { kind: 'web', readOnly: true, viewer: 'Mina' },
  workspace: { kind: 'command', command: 'save' },
  log: { atMs: 1, level: 'warn', note: { key: 'x', values: { port: 1884 }, text: 'port 1883 is taken' } },
}

const silent: EngineEvents = Object.fromEntries(
  Object.keys(EVENTS).map((name) => [name, () => undefined]),
) as unknown as EngineEvents

describe.each(CHANNEL_KINDS)('contract over $name', ({ open }) => {
  let pair: ChannelPair
  const internal: { command: string; thrown: unknown }[] = []
  beforeEach(async () => {
    internal.length = 0
    pair = await open()
  })
  afterEach(() => pair.dispose())

  function join(answers: Answers = {}, role: Role = 'host', handlers: EngineEvents = silent) {
    const double = createApiDouble(answers)
    let link: PageLink | null = null
    servePage(
      pair.engine,
      (page) => {
        link = page
        return double.api
      },
      {
        guard: (command) => checkRole(role, command),
        onInternalError: (command, thrown) => internal.push({ command, thrown }),
      },
    )
    const api = connectEngine(pair.page, handlers, (thrown) => internal.push({ command: 'page', thrown }))
    return { api, calls: double.calls, link: link as unknown as PageLink }
  }

  const call = (api: EngineApi, command: keyof EngineApi, argument: unknown): Promise<unknown> =>
    (api[command] as (a: unknown) => Promise<unknown>)(argument)

  it('hands every command over with its argument', async () => {
    const { api, calls } = join()
    await Promise.all(COMMANDS.map((command) => call(api, command, GOOD[command])))
    expect(calls).toEqual(COMMANDS.map((c): RecordedCall => ({ command: c, argument: GOOD[c] })))
  })

  it('pushes every event', async () => {
    const names = Object.keys(EVENTS) as (keyof EngineEvents)[]
    const got = new Map<string, unknown>()
    const all = new Promise<void>((resolve) => {
      const handlers = Object.fromEntries(
        names.map((name) => [
          name,
          (e: unknown) => {
            got.set(name, e)
            if (got.size === names.length) resolve()
          },
        ]),
      ) as unknown as EngineEvents
      const { link } = join({}, 'host', handlers)
      for (const name of names) (link.events[name] as (e: unknown) => void)(EVENTS[name])
    })
    await all
    expect(Object.fromEntries(got)).toEqual(EVENTS)
  })

  it('carries an error with code, message and details', async () => {
    const details = [{ path: 'groups.0.count', found: '-1', expected: 'at least 1' }]
    const { api } = join({
      addGroup: async () => {
        throw new ApiError('bad-scenario', 'count must be at least 1', details)
      },
    })
    const failure: unknown = await api.addGroup({ group: { name: 'x' } }).catch((e: unknown) => e)
    expect(failure).toBeInstanceOf(ApiError)
    expect(failure).toMatchObject({ code: 'bad-scenario', message: 'count must be at least 1', details })
    expect(internal).toEqual([])
  })

  it('says so to both ends when an answer cannot be written', async () => {
    const { api } = join({ getRates: async () => new BigUint64Array(1) as never })
    const failure: unknown = await api.getRates({}).catch((e: unknown) => e)
    expect(failure).toBeInstanceOf(ApiError)
    expect(failure).toMatchObject({ code: 'internal' })
    expect(internal).toEqual([{ command: 'answer', thrown: expect.any(TypeError) as unknown }])
  })

  it('keeps the text of an unexpected failure to the host', async () => {
    const cause = new TypeError('secret path')
    const { api } = join({
      getRates: async () => {
        throw cause
      },
    })
    await expect(api.getRates({})).rejects.toMatchObject({
      code: 'internal',
      message: expect.not.stringContaining('secret') as string,
    })
    expect(internal).toEqual([{ command: 'getRates', thrown: cause }])
  })

  it('refuses wrong arguments before the engine sees them', async () => {
    const { api, calls } = join()
    await expect(call(api, 'setLoss', { p: 1.5 })).rejects.toMatchObject({
      code: 'bad-request',
      details: [{ path: 'p', found: '1.5' }],
    })
    await expect(call(api, 'setLoss', { p: 0.1, extra: 1 })).rejects.toMatchObject({ code: 'bad-request' })
    await expect(call(api, 'publish', { ...GOOD.publish, topic: 'a/#' })).rejects.toMatchObject({
      code: 'bad-request',
    })
    await Promise.all(
      [null, undefined, 7, 'x', []].map((argument) =>
        expect(call(api, 'getPacket', argument)).rejects.toMatchObject({ code: 'bad-request' }),
      ),
    )
    expect(calls).toEqual([])
  })

  it.each(['shutDown', 'constructor', '__proto__', 'toString'])('refuses the command %s', async (name) => {
    const { calls } = join()
    const reply = new Promise<Uint8Array>((resolve) => pair.page.onMessage(resolve))
    pair.page.send(encode({ t: 'q', i: 'call-1', m: 'invoke', a: [name, {}] }))
    expect(decode(await reply)).toMatchObject({
      i: 'call-1',
      r: { ok: false, error: { code: 'bad-request' } },
    })
    expect(calls).toEqual([])
  })

  it('goes on after calls of what is not there and answers to nothing', async () => {
    const { api, calls } = join()
    const strays = [
      { t: 'q', i: '1', m: 'nothing', a: [] },
      { t: 'q', m: 'constructor', a: [{}] },
      { t: 'q', m: '__defineSetter__', a: ['invoke', 1] },
      { t: 's', i: 'unknown', r: 1 },
      { t: 's' },
    ]
    for (const stray of strays) pair.page.send(encode(stray))
    await api.getRates({})
    expect(calls).toEqual([{ command: 'getRates', argument: {} }])
    // the other end's fault: a viewer's is not for the host's log, and its words never are
    expect(internal.map((i) => [i.command, String(i.thrown)])).toEqual(
      ['nothing', 'constructor', '__defineSetter__'].map(() => [
        'decode',
        'Error: a call of what is not there',
      ]),
    )
  })

  const hello = { t: 'q', m: 'invoke', a: ['hello', {}] }
  it.each([
    ...[null, 7, 'text', [1], {}, { t: 'q' }, { ...hello, a: { length: 1e9 } }],
    // an identifier that could not be sent back with the answer
    ...[[{}], 7, null, '', 'x'.repeat(65)].map((i) => ({ ...hello, i })),
  ])('ends a connection that sends %j', async (junk) => {
    join()
    const gone = new Promise<void>((resolve) => pair.page.onClose(resolve))
    pair.page.send(encode(junk))
    await gone
    expect(internal).toHaveLength(1)
  })

  it('keeps binary binary, and carries 5 MB both ways', async () => {
    const bytes = Uint8Array.from({ length: 5_000_000 }, (_, i) => i % 251)
    const text = 'x'.repeat(4_000_000)
    const { api, calls } = join({ exportPcapng: async () => ({ bytes, packets: 3, done: true }) })
    const got = await api.exportPcapng({ filter: '' })
    expect(got.packets).toBe(3)
    expect(got.bytes).toBeInstanceOf(Uint8Array)
    expect(Buffer.compare(got.bytes, bytes)).toBe(0)
    await api.openScenario({ text, name: 'big.yaml' })
    expect((calls[1]?.argument as { text: string }).text).toHaveLength(text.length)
  })

  it('answers commands in whatever order they end', async () => {
    let release: (rates: []) => void = () => undefined
    const late = new Promise<[]>((resolve) => (release = resolve))
    const { api } = join({ getRates: () => late, scenarioText: async () => ({ text: 'quick' }) })
    const slow = api.getRates({})
    expect(await api.scenarioText({ format: 'json' })).toEqual({ text: 'quick' })
    release([])
    expect(await slow).toEqual([])
  })

  it.each(['page', 'engine'] as const)('rejects what is pending when the %s closes', async (side) => {
    let arrived: () => void = () => undefined
    const asked = new Promise<void>((done) => (arrived = done))
    const { api } = join({
      getRates: () => {
        arrived()
        return new Promise(() => undefined)
      },
    })
    const failure = expect(api.getRates({})).rejects.toThrow(/closed/)
    await asked
    pair[side].close()
    await failure
  })

  it('tells the engine when the page is gone', async () => {
    const { link } = join()
    const told = vi.fn()
    const gone = new Promise<void>((resolve) =>
      link.onClose(() => {
        told()
        resolve()
      }),
    )
    pair.page.close()
    await gone
    expect(told).toHaveBeenCalledTimes(1)
  })

  it('refuses a viewer every command that changes something, and grants the others', async () => {
    const { api, calls } = join({}, 'viewer')
    const readOnly = new Set<string>(COMMANDS.filter((c) => commands[c].allowed === 'viewer'))
    await Promise.all(
      COMMANDS.map((command) => {
        const outcome = call(api, command, GOOD[command])
        return readOnly.has(command) ? outcome : expect(outcome).rejects.toMatchObject({ code: 'forbidden' })
      }),
    )
    expect(calls.map((c) => c.command)).toEqual(COMMANDS.filter((c) => readOnly.has(c)))
  })

  it('lets what a viewer may do change nothing by its name, but for a vote and a run of its own', () => {
    expect(
      COMMANDS.filter(
        (c) =>
          commands[c].allowed === 'viewer' &&
          !/^(hello|scenarioText|exportPcapng|exportMessages|(get|list|query|watch|unwatch)[A-Z]\w+)$/.test(
            c,
          ),
      ),
    ).toEqual(['castVote', 'tryLesson'])
  })
})
