import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadSchema } from '../../../electron/contract/load-config'
import { isOfExecutor } from '../../../electron/contract/load-executor-flags'
import { flagName } from '../../../electron/contract/load-flags'
import { loadCommandLine } from '../../../electron/contract/load-text'
import {
  draftOf,
  draftOfConfig,
  FIRST_DRAFT,
  keptDraft,
  nudged,
  PRESET_DRAFTS,
  presetOf,
  readDraft,
  storedDraft,
} from '../../../renderer/stores/load-draft'
import { isShown, type Draft } from '../../../renderer/stores/load-form'

const wrong = (patch: Partial<Draft>) => readDraft({ ...FIRST_DRAFT, ...patch }).problems ?? {}

describe('the form of a load test', () => {
  it('begins with a test that can run as it is', () => {
    const { config } = readDraft(FIRST_DRAFT)
    expect(config).toMatchObject({ url: 'embedded', qos: 1, thresholds: { maxP99: 50, maxLost: 0 } })
  })

  it('reads texts as the command line does', () => {
    const { config } = readDraft({
      ...FIRST_DRAFT,
      url: 'mqtts://localhost',
      rate: '6/min',
      workers: 'auto',
      ramp: '1.5s',
      caFile: ' /ca.pem ',
    })
    expect(config).toMatchObject({
      executor: { kind: 'constant-rate', rate: 0.1 },
      ramp: 1500,
      caFile: '/ca.pem',
    })
  })

  it('leaves out what the executor has not', () => {
    const { config } = readDraft({ ...FIRST_DRAFT, executor: 'max', rate: 'nonsense', stages: 'nonsense' })
    expect(config?.executor).toEqual({ kind: 'max' })
    expect(isOfExecutor('window', 'connection-storm')).toBe(false)
    expect(isOfExecutor('rate', 'soak')).toBe(true)
  })

  it.each([
    ['url', { url: 'http://x' }, 'url', {}],
    ['publishers', { publishers: 'abc' }, 'whole', {}],
    ['publishers', { publishers: '1.5' }, 'whole', {}],
    ['publishers', { publishers: '0', subscribers: '0' }, 'noClients', {}],
    ['subscribers', { subscribers: '7', topology: 'pairs' }, 'pairs', { n: '100' }],
    ['subscribers', { subscribers: '700', topology: 'fan-in' }, 'fanIn', { n: '100' }],
    ['rate', { rate: '0' }, 'above', { n: 0 }],
    ['rate', { rate: 'fast' }, 'number', {}],
    ['duration', { duration: '30' }, 'duration', {}],
    ['maxP99', { maxP99: 'soon' }, 'duration', {}],
    ['maxLost', { maxLost: '-1' }, 'least', { n: 0 }],
    ['workers', { workers: 'many' }, 'workers', {}],
    ['stages', { executor: 'ramping' }, 'stages', {}],
    ['stages', { executor: 'ramping', stages: '10:5' }, 'stages', {}],
    ['connectRate', { executor: 'connection-storm', connectRate: 'x' }, 'connectRate', {}],
    ['reconnectShare', { executor: 'reconnect-storm', reconnectShare: '2' }, 'most', { n: 1 }],
    ['reconnectEvery', { executor: 'reconnect-storm', reconnectEvery: 'x' }, 'duration', {}],
    ['keyFile', { keyFile: 'key.pem' }, 'certAndKey', {}],
    ['topic', { topic: 'a/#' }, 'topic', {}],
    ['passwordEnv', { passwordEnv: 'MY PASS' }, 'envName', {}],
    ['wsHeader', { wsHeader: 'X-Tenant: plant' }, 'wsHeader', {}],
    ['alpn', { alpn: 'mqtt' }, 'alpn', {}],
    ['wsHeader', { url: 'ws://localhost', wsHeader: 'Authorization: ***' }, 'hiddenHeader', {}],
    ['url', { url: 'ws://localhost?key=***' }, 'hiddenParameter', {}],
    ['caFile', { caFile: 'ca.pem' }, 'needsTls', {}],
    ['tlsResume', { url: 'mqtt://localhost', tlsResume: true }, 'needsTls', {}],
    ['warmup', { warmup: '30s' }, 'warmup', {}],
    ['topics', { topics: 'a/#' }, 'topicLevels', {}],
    ['payload', { payload: '%{foo}' }, 'payload', {}],
    ['size', { size: '4', retain: true }, 'room', {}],
    ['topology', { topology: 'fan-out', subscribers: '2', request: true }, 'receivers', {}],
    ['willTopic', { willQos: '1' }, 'ofWill', {}],
    ['serverName', { url: 'ws://localhost', serverName: 'broker' }, 'needsTls', {}],
    ['clientId', { clientId: 'meter' }, 'clientId', {}],
    ['willTopic', { willTopic: 'a/#' }, 'topicName', {}],
    ['userProperty', { userProperty: 'plant', protocol: '5.0' }, 'userProperty', {}],
    ['protocol', { userProperty: 'site=plant' }, 'needs5', {}],
    ['threshold', { threshold: 'p99' }, 'threshold', {}],
    ['minConnected', { minConnected: '2' }, 'share', {}],
    ['population', { population: 'meters' }, 'noJson', { n: 1 }],
    ['population', { population: '{"name":"a","share":1}\n{"name":"b","size":-1}' }, 'population', { n: 2 }],
  ] as const)('says at %s what is wrong with %j', (flag, patch, key, values) => {
    expect(wrong(patch)[flag]).toMatchObject({ key, values })
  })

  it('is filled from any test so that it repeats it', () => {
    const executor = fc.oneof(
      fc.record({ kind: fc.constant('constant-rate' as const), rate: fc.integer({ min: 1, max: 500 }) }),
      fc.constant({ kind: 'max' as const }),
      fc.record({
        kind: fc.constant('ramping' as const),
        startRate: fc.integer({ min: 0, max: 9 }),
        stages: fc.array(
          fc.record({ over: fc.integer({ min: 1, max: 90_000 }), rate: fc.integer({ min: 0, max: 99 }) }),
          {
            minLength: 1,
            maxLength: 4,
          },
        ),
      }),
      fc.record({
        kind: fc.constant('connection-storm' as const),
        connectRate: fc.constantFrom('max' as const, 200),
      }),
      fc.record({
        kind: fc.constant('reconnect-storm' as const),
        rate: fc.constantFrom(1, 0.25),
        every: fc.integer({ min: 1, max: 60_000 }),
        share: fc.constantFrom(0.5, 1),
      }),
    )
    fc.assert(
      fc.property(executor, fc.boolean(), fc.option(fc.nat(100)), (e, insecure, maxLost) => {
        const plain = e.kind === 'ramping' ? {} : { duration: 12_500 }
        const config = loadSchema.parse({
          url: 'mqtts://127.0.0.1:8883',
          executor: e,
          insecure,
          protocol: 5,
          ...plain,
          thresholds: maxLost === null ? {} : { maxLost },
        })
        const back = readDraft(draftOfConfig(config)).config
        expect(back).toEqual(config)
        expect(back && loadCommandLine(back)).toBe(loadCommandLine(config))
      }),
    )
  })

  it('shows a field where it means something, and always one that has a value', () => {
    expect(isShown('wsHeader', FIRST_DRAFT)).toBe(false)
    expect(isShown('wsHeader', { ...FIRST_DRAFT, wsHeader: 'A: b' })).toBe(true)
    expect(isShown('userProperty', { ...FIRST_DRAFT, protocol: '5.0' })).toBe(true)
    for (const flag of ['caFile', 'serverName', 'insecure', 'tlsResume'] as const) {
      expect(isShown(flag, { ...FIRST_DRAFT, url: 'mqtt://localhost' })).toBe(false)
      expect(isShown(flag, { ...FIRST_DRAFT, url: 'wss://localhost' })).toBe(true)
    }
    expect(isShown('insecure', { ...FIRST_DRAFT, insecure: true })).toBe(true)
  })

  it('sends what it shows: what would do nothing is left out, and its field says why', () => {
    const read = (patch: Partial<Draft>) => readDraft({ ...FIRST_DRAFT, ...patch })
    const plain = read({ url: 'mqtt://localhost' })
    const insecure = read({ url: 'mqtt://localhost', insecure: true })
    expect(insecure).toEqual({ ...plain, unused: { insecure: 'needsTls' } })
    expect(read({ url: 'mqtts://localhost', insecure: true })).toMatchObject({
      config: { insecure: true },
      unused: {},
    })
    for (const [patch, unused] of [
      [{ subscribers: '0', subscribeQos: '2' }, { subscribeQos: 'needsSubscribers' }],
      [{ disconnectKind: 'clean' }, { disconnectKind: 'needsDisconnects' }],
      [{ executor: 'connection-storm', connectRate: '50', ramp: '3s' }, { ramp: 'connectRate' }],
      [{ executor: 'reconnect-storm', minConnected: '50%' }, { minConnected: 'storm' }],
      [{ population: '{"name":"a","share":1,"rate":"max"}' }, { rate: 'executor' }],
    ] as const) {
      const { config, unused: found } = read(patch)
      expect(found).toEqual(unused)
      for (const flag of Object.keys(unused)) {
        expect(isShown(flag as keyof Draft, { ...FIRST_DRAFT, ...patch }), flag).toBe(true)
        expect(loadCommandLine(config ?? loadSchema.parse({}))).not.toContain(`--${flagName(flag)} `)
      }
    }
    // a size beside a payload has no field
    expect(read({ payload: 'x%n', size: '99' }).config?.size).toBe(64)
    expect(isShown('size', { ...FIRST_DRAFT, payload: 'x%n' })).toBe(false)
  })

  it('is filled by a preset, which keeps target and thresholds, and knows it again', () => {
    const filled = { ...FIRST_DRAFT, url: 'mqtt://127.0.0.1:1883', ...PRESET_DRAFTS.get('fanout-1k') }
    expect(readDraft(filled).config).toMatchObject({
      url: 'mqtt://127.0.0.1:1883',
      publishers: 1,
      subscribers: 1000,
      size: 16,
      duration: 60_000,
      keepAlive: 300_000,
      thresholds: { maxLost: 0 },
    })
    expect(presetOf(filled)).toBe('fanout-1k')
    expect(presetOf(FIRST_DRAFT)).toBeNull()
  })

  it('takes from the browser only what is a form', () => {
    const kept = storedDraft(
      JSON.stringify({ ...FIRST_DRAFT, url: 'ws://127.0.0.1:9001', password: 'secret', size: 7 }),
    )
    expect(kept).toMatchObject({ url: 'ws://127.0.0.1:9001', size: '' })
    expect(kept).not.toHaveProperty('password')
    expect(storedDraft('[1]')).toBeNull()
    expect(storedDraft('{')).toBeNull()
    expect(draftOf({})).toMatchObject({ executor: 'constant-rate', qos: '0' })
  })

  it('keeps no secret in the browser, and asks for it again', () => {
    const wsHeader = 'X-Author: ann\nAuthorization: Bearer s3cr3t\nCookie: env:FLEETLAB_C'
    const text = keptDraft({ ...FIRST_DRAFT, url: 'ws://localhost/?a=1&token=s3cr3t', wsHeader })
    expect(text).not.toContain('s3cr3t')
    const again = storedDraft(text) ?? FIRST_DRAFT
    expect(again).toMatchObject({
      url: 'ws://localhost/?a=1&token=***',
      wsHeader: 'X-Author: ann\nAuthorization: ***\nCookie: env:FLEETLAB_C',
    })
    const userProperty = 'site=2\ntoken=s3cr3t'
    const population = '{"name": "a", "share": 1, "user-property": ["token=s3cr3t", "site=2"]}'
    const kept = keptDraft({ ...FIRST_DRAFT, protocol: '5.0', userProperty, population })
    expect(storedDraft(kept)).toMatchObject({
      userProperty: 'site=2\ntoken=***',
      population: '{"name": "a", "share": 1, "user-property": ["token=***", "site=2"]}',
    })
    expect(readDraft(storedDraft(kept) ?? FIRST_DRAFT).problems).toHaveProperty('population')
    const asked = readDraft({ ...FIRST_DRAFT, protocol: '5.0', userProperty: 'token=***' })
    expect(asked.problems).toMatchObject({ userProperty: { key: 'hiddenParameter' } })
    const incomplete = keptDraft({ ...FIRST_DRAFT, wsHeader: 'Authorization Bearer s3cr3t' })
    expect(storedDraft(incomplete)?.wsHeader).toBe('Authorization ***')
    expect(readDraft(again).problems).toMatchObject({
      url: { key: 'hiddenParameter' },
      wsHeader: { key: 'hiddenHeader' },
    })
  })

  it('steps a number and keeps its unit', () => {
    expect(nudged('30s', 5)).toBe('35s')
    expect(nudged('0.3', 0.1)).toBe('0.4')
    expect(nudged('2', -10)).toBe('0')
    expect(nudged('auto', 1)).toBeNull()
  })
})
