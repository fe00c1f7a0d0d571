import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { expect, it } from 'vitest'
import { loadConfig } from '../../electron/cli/load-flags'
import { UsageError } from '../../electron/cli/failure'
import { addLoadSettings } from '../../electron/cli/load-settings'
import { loadSchema } from '../../electron/contract/load-config'
import { inputOfFile, loadInput, type LoadFlags } from '../../electron/contract/load-flags'

it('a file may use the names of flags, and means the same as the flags', () => {
  const flags = {
    url: 'mqtt://127.0.0.1:1',
    rate: '6/min',
    maxP99: '50ms',
    minRate: '100/s',
    subscribeQos: '0',
    qos: '1',
    passwordEnv: 'FLEETLAB_P',
    localAddress: '127.0.0.1,127.0.0.2',
    protocol: '5.0',
  }
  const file = {
    url: 'mqtt://127.0.0.1:1',
    rate: '6/min',
    'max-p99': '50ms',
    minRate: '100/s',
    'subscribe-qos': 0,
    qos: 1,
    'password-env': 'FLEETLAB_P',
    'local-address': '127.0.0.1,127.0.0.2',
    protocol: '5.0',
  }
  const fromFile = loadSchema.parse(inputOfFile(file))
  expect(fromFile).toEqual(loadSchema.parse(loadInput(flags)))
  expect(fromFile).toMatchObject({
    executor: { kind: 'constant-rate', rate: 0.1 },
    thresholds: { minRate: 100 },
  })
})

it('keeps the fields of a configuration as they are', () => {
  const file = { executor: { kind: 'soak', rate: 2 }, thresholds: { maxLost: 0 }, 'max-p99': '5ms' }
  const c = loadSchema.parse(inputOfFile(file))
  expect(c.executor).toEqual({ kind: 'soak', rate: 2 })
  expect(loadSchema.parse(inputOfFile({ rate: 'max', executor: 'max' })).executor).toEqual({ kind: 'max' })
  expect(loadSchema.parse(inputOfFile({ stages: '10s:5,30s:50/s' })).executor).toMatchObject({
    stages: [
      { over: 10_000, rate: 5 },
      { over: 30_000, rate: 50 },
    ],
  })
})

it('reads in a file what the flags read: shares, lists and what can be repeated', () => {
  const file = {
    'min-connected': '95%',
    threshold: ['p99<50ms', 'lost==0'],
    'user-property': ['a=b', 'c=d'],
    alpn: ['mqtt'],
    url: 'mqtts://127.0.0.1:1',
    protocol: 5,
    qos: '1',
  }
  expect(loadSchema.parse(inputOfFile(file))).toMatchObject({
    minConnected: 0.95,
    thresholds: { expressions: ['p99<50ms', 'lost==0'] },
    userProperties: ['a=b', 'c=d'],
    alpn: ['mqtt'],
    protocol: 5,
    qos: 1,
  })
  const storm = { executor: 'reconnect-storm', 'reconnect-share': '50%' }
  expect(loadSchema.parse(inputOfFile(storm)).executor).toMatchObject({ share: 0.5 })
})

it('takes in a file every setting that the command line has, and says whose a wrong one is', async () => {
  const command = new Command()
  addLoadSettings(command)
  const notOfAFile = ['config', 'allowHost', 'password']
  const settings = command.options.map((o) => o.attributeName()).filter((n) => !notOfAFile.includes(n))
  const folder = await mkdtemp(join(tmpdir(), 'fleetlab-flags-'))
  const path = join(folder, 'load.json')
  const refusals = async (input: object, flags: LoadFlags = {}): Promise<string[]> => {
    await writeFile(path, JSON.stringify(input))
    return loadConfig({ ...flags, config: path }).then(
      () => [],
      (thrown: unknown) => {
        if (!(thrown instanceof UsageError)) throw thrown
        return [thrown.message, ...thrown.more].map((line) => line.replace(path, 'FILE'))
      },
    )
  }
  const refusal = async (input: object, flags: LoadFlags = {}): Promise<string> =>
    (await refusals(input, flags))[0] ?? ''
  for (const name of settings) expect(await refusal({ [name]: 'x' }), name).not.toMatch(/is no setting/)
  expect(await refusal({ preset: 'conn-1k' })).toBe('')
  expect(await refusal({ duration: 5 })).toMatch(
    /^--config FILE: duration: found 5; expected a time with its unit/,
  )
  expect(await refusal({ warmup: 0, thresholds: { expressions: 'p99<1s,lost==0' } })).toBe('')
  expect(await refusal({ populations: {} })).toMatch(/; expected a list$/)
  for (const [idle, what] of [
    [{ 'receive-maximum': 5 }, /protocol: .*expected 5.0 with receiveMaximum/],
    [{ 'will-qos': 2 }, /will-topic: found nothing; expected the topic of the will/],
    [{ 'tls-resume': true }, /expected an address with mqtts/],
    [{ preset: 'none' }, /^--config FILE: preset: found none; /],
    [{ 'message-expiry': 5 }, /message-expiry: found 5; expected a time with its unit/],
  ] as const)
    expect(await refusal(idle)).toMatch(what)
  expect(await refusal({ executor: { kind: 'constant-rate', rate: '6/min' } })).toBe('')
  expect(await refusal({ 'broker-pid': 1 })).toMatch(
    /^--config FILE: broker-pid is no setting of a load test/,
  )
  expect(await refusal({ qos: 3 })).toMatch(/^--config FILE: qos: found 3; expected 0, 1 or 2$/)
  expect(
    await refusals({
      qos: 3,
      duration: 5,
      foo: 1,
      executor: { kind: 'ramping', stages: [{ over: 3, rate: 1 }] },
    }),
  ).toEqual([
    '--config FILE: executor.stages.0.over: found 3; expected a time with its unit, such as 250ms, 10s or 2m',
    '--config FILE: qos: found 3; expected 0, 1 or 2',
    '--config FILE: duration: found 5; expected a time with its unit, such as 250ms, 10s or 2m',
    '--config FILE: foo is no setting of a load test; what else a run is told is given on the command line',
  ])
  expect(
    await refusals(
      {
        populations: [
          { name: 'a', 'think-time': 5 },
          { name: 'b', qos: 9 },
        ],
      },
      { seed: 'x' },
    ),
  ).toEqual([
    '--config FILE: populations.0.thinkTime: found 5; expected a time with its unit, such as 250ms, 10s or 2m',
    '--config FILE: populations.1.qos: found 9; expected 0, 1 or 2',
    '--seed: found "x"; expected a number',
  ])
  const many = Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`setting${i}`, 1]))
  expect((await refusals(many)).slice(9)).toEqual([expect.stringMatching(/setting9 is no/), 'and 4 more'])
  expect(
    await refusals(
      {
        warmup: '5s',
        duration: '30s',
        populations: [
          { name: 'a', share: '50%' },
          { name: 'b', share: '50%' },
        ],
      },
      { duration: '4s' },
    ),
  ).toEqual([
    '--config FILE: warmup: found "5s"; expected less than the duration, 4s of --duration: add a shorter --warmup',
  ])
  expect(await refusals({ duration: '4s' }, { warmup: '5s' })).toEqual([
    '--warmup: found "5s"; expected less than the duration, 4s in --config FILE: add a longer --duration',
  ])
  // of stages and of the default
  expect(await refusals({ stages: '2s:5', warmup: '2s' })).toEqual([
    '--config FILE: warmup: found "2s"; expected less than the duration, 2s',
  ])
  expect(await refusals({ warmup: '3s' }, { stages: '2s:5' })).toEqual([
    '--config FILE: warmup: found "3s"; expected less than the duration, 2s of --stages: add a shorter --warmup',
  ])
  // the text of a number is a text where no time is expected
  expect(await refusal({ thresholds: { maxLost: '0' } })).toMatch(/found "0"; expected a/)
  expect(await refusals({ warmup: '31s' })).toEqual([
    '--config FILE: warmup: found "31s"; expected less than the duration, 30s',
  ])
  expect(await refusals({ warmup: '31s', messages: 5 })).toEqual([])
  // a population that lasts as long as its messages take does not make the run longer than the others
  const populations = [{ name: 'a', messages: 100 }, { name: 'b' }]
  expect(
    await refusals({ warmup: '40s', populations: populations.map((p) => ({ ...p, share: '50%' })) }),
  ).toEqual(['--config FILE: warmup: found "40s"; expected less than the duration, 30s'])
  // how settings go together is said beside what is wrong with others, as far as it does not depend on them
  expect(
    await refusals(
      { qos: 3, topology: 'pairs', publishers: 3 },
      { subscribers: '2', duration: '4', warmup: '9s' },
    ),
  ).toEqual([
    '--config FILE: qos: found 3; expected 0, 1 or 2',
    '--duration: found 4; expected a time with its unit, such as 250ms, 10s or 2m',
    '--subscribers: found 2; expected 3, one for each publisher (topology pairs)',
  ])
  expect(
    await refusals({ publishers: 1.5, topology: 'pairs', populations: [{ name: 'a', share: 1 }] }),
  ).toEqual(['--config FILE: publishers: found 1.5; expected a whole number'])
  expect(
    await refusals(
      { warmup: '31s', populations: [{ name: 'a', share: 1, 'user-property': ['a=b'] }] },
      { size: 'x' },
    ),
  ).toEqual([
    '--size: found "x"; expected a number',
    '--protocol: found "3.1.1"; expected 5.0 with userProperties: 3.1.1 has no properties (population a)',
    '--config FILE: warmup: found "31s"; expected less than the duration, 30s',
  ])
  expect(await refusal({ qos: 3 }, { qos: '4' })).toMatch(/^--qos: found 4; /)
  expect(await refusals({}, { request: true, churnEvery: '5s', topology: 'foo' })).toEqual([
    expect.stringMatching(/^--topology: found "foo"; /),
    '--churn-every: found "5s"; expected requests or changing subscriptions, not both',
  ])
  expect(await refusal({ topology: 'pairs', publishers: 3 }, { subscribers: '2' })).toMatch(
    /^--subscribers: found 2; expected 3/,
  )
  await rm(folder, { recursive: true })
})
