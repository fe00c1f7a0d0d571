import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../electron/cli/load-flags'
import { loadSchema, type LoadInput } from '../../electron/contract/load-config'
import { FIELD_FLAGS, loadInput, type LoadFlags } from '../../electron/contract/load-flags'
import { idleFlags } from '../../electron/contract/load-idle'
import { loadCommandLine } from '../../electron/contract/load-text'
import { bareTimes, TIME_FLAGS } from '../../electron/contract/load-times'

const idle = (flags: LoadFlags): string[] =>
  idleFlags(flags, loadSchema.parse(loadInput(flags))).map(
    (i) => `${i.flag}: found ${i.found}; ${i.expected}`,
  )

describe('flags that do nothing beside the others', () => {
  it.each<[LoadFlags, string]>([
    [
      { reconnectEvery: '5s' },
      'reconnectEvery: found 5s; expected --executor reconnect-storm, not constant-rate',
    ],
    [
      { reconnectShare: '50%', executor: 'soak' },
      'reconnectShare: found 50%; expected --executor reconnect-storm, not soak',
    ],
    [
      { connectRate: '5', executor: 'max' },
      'connectRate: found 5; expected --executor connection-storm, not max',
    ],
    [{ startRate: '5' }, 'startRate: found 5; expected --executor ramping, not constant-rate'],
    [
      { rate: '5', stages: '1s:5' },
      'rate: found 5; expected --executor constant-rate, reconnect-storm or soak, not ramping',
    ],
    [
      { rate: 'max', executor: 'constant-rate' },
      'rate: found max; expected --executor max, not constant-rate',
    ],
    [
      { duration: '5s', stages: '1s:5' },
      'duration: found 5s; expected --executor constant-rate, max, connection-storm, reconnect-storm or soak, not ramping',
    ],
    [
      { messages: '5', connectRate: '5' },
      'messages: found 5; expected --executor constant-rate, max, ramping, reconnect-storm or soak, not connection-storm',
    ],
    [{ caFile: 'ca.pem' }, 'caFile: found ca.pem; expected an address with mqtts:// or wss:// with it'],
    [
      { insecure: true, url: 'ws://127.0.0.1' },
      'insecure: found it; expected an address with mqtts:// or wss:// with it',
    ],
    [
      { subscribeQos: '1', subscribers: '0' },
      'subscribeQos: found 1; expected at least one subscriber with it',
    ],
    [
      { size: '5', payload: 'x' },
      'size: found 5; expected none with --payload or --payload-file, which has a size of its own',
    ],
    [{ disconnectKind: 'clean' }, 'disconnectKind: found clean; expected --disconnect-every with it'],
    [{ ramp: '5s', connectRate: '5' }, 'ramp: found 5s; expected either it or --connect-rate'],
    [
      { minConnected: '50%', executor: 'reconnect-storm' },
      'minConnected: found 50%; expected another executor: a storm goes on with the clients that connect',
    ],
  ])('%j', (flags, line) => {
    expect(idle(flags)).toEqual([line])
  })

  it.each<LoadFlags>([
    { rate: 'max' },
    { rate: '5', executor: 'soak' },
    { executor: 'reconnect-storm', rate: '5', reconnectEvery: '5s', reconnectShare: '50%' },
    { stages: '1s:5', startRate: '1' },
    { ramp: '5s', executor: 'connection-storm' },
    { caFile: 'ca.pem', url: 'mqtts://127.0.0.1' },
    { population: '{"name":"a","share":1,"executor":{"kind":"max"}}', rate: 'max' },
    { population: '{"name":"a","share":1,"executor":{"kind":"reconnect-storm"}}', rate: '5' },
  ])('%j do something', (flags) => {
    expect(idle(flags)).toEqual([])
  })

  it('are not on the command line of a report, which would refuse them', () => {
    const input: LoadInput = {
      size: 16,
      payload: 'x',
      duration: '5s',
      executor: { kind: 'ramping', stages: [] },
    }
    const stages = [{ over: '1s', rate: 5 }]
    const line = loadCommandLine(loadSchema.parse({ ...input, executor: { kind: 'ramping', stages } }))
    expect(line).toBe(
      'fleetlab load --url mqtt://127.0.0.1:1883 --publishers 100 --subscribers 1 --stages 1s:5 --qos 0 --payload x',
    )
  })
})

describe('executor flags over a file or a preset', () => {
  const over = (flags: LoadFlags, before: object): unknown => loadInput(flags, before)['executor']

  it('change what it has, and name another only where it has no such setting', () => {
    const storm = { kind: 'reconnect-storm', rate: 2, every: '20s' }
    expect(over({ reconnectEvery: '5s' }, storm)).toEqual({ ...storm, every: '5s' })
    expect(over({ rate: '9' }, storm)).toEqual({ ...storm, rate: 9 })
    expect(over({ executor: 'reconnect-storm', reconnectShare: '50%' }, storm)).toEqual({
      ...storm,
      share: 0.5,
    })
    expect(over({ rate: '9' }, { kind: 'max' })).toEqual({ kind: 'constant-rate', rate: 9 })
    expect(over({ rate: 'max' }, storm)).toEqual({ kind: 'max' })
    expect(over({ executor: 'soak' }, storm)).toEqual({ kind: 'soak', rate: storm.rate })
    expect(over({ executor: 'max' }, storm)).toEqual({ kind: 'max' })
    expect(over({ reconnectEvery: '5s' }, { kind: 'soak' })).toBeUndefined()
    expect(over({}, storm)).toBeUndefined()
  })
})

describe('times without a unit', () => {
  it('are texts at any depth, which no schema takes for milliseconds', () => {
    expect(bareTimes({ populations: [{}, { 'think-time': 5 }] })).toEqual({
      populations: [{}, { 'think-time': '5' }],
    })
    expect(bareTimes({ executor: { stages: [{ over: 10, rate: 5 }] } })).toEqual({
      executor: { stages: [{ over: '10', rate: 5 }] },
    })
    expect(bareTimes({ thresholds: { maxP99: 50 } })).toEqual({ thresholds: { maxP99: '50' } })
    const good = { warmup: 0, rate: 5, populations: [{ awayFor: '5s', qos: 1 }] }
    expect(bareTimes(good)).toEqual(good)
  })

  it('are refused on the command line and in what its report prints there is none', async () => {
    const population = '{"name":"a","share":1,"thinkTime":5000}'
    await expect(loadConfig({ population })).rejects.toThrow(
      '--population: populations.0.thinkTime: found 5000; expected a time with its unit',
    )
    const wrong = '{"name":"a","share":1,"max-p99":50}'
    await expect(loadConfig({ population: wrong })).rejects.toThrow(/--population: populations.0.*found 50/)
    const config = loadSchema.parse({
      populations: [
        { name: 'a', share: 1, thinkTime: '5s', executor: { kind: 'max' }, thresholds: { maxP99: 50 } },
      ],
    })
    const [, json = ''] = /--population '(.*)'/.exec(loadCommandLine(config)) ?? []
    expect(JSON.parse(json)).toMatchObject({ thinkTime: '5s', thresholds: { maxP99: '50ms' } })
    expect((await loadConfig({ population: json })).config.populations).toEqual(config.populations)
  })

  it('are known by the names of all flags that are times', () => {
    const base = {
      executor: { kind: 'max' },
      protocol: 5,
      publishers: 2,
      disconnectEvery: '1m',
      duration: '1h',
    }
    const isTime = (flag: string): boolean => {
      const read = loadSchema.safeParse({ ...base, [flag]: '1s' })
      return read.success && (read.data as Record<string, unknown>)[flag] === 1000
    }
    const found = FIELD_FLAGS.filter(isTime)
    expect(found.filter((f) => !(TIME_FLAGS as readonly string[]).includes(f))).toEqual([])
    expect(found.length).toBe(TIME_FLAGS.length - 3)
  })
})
