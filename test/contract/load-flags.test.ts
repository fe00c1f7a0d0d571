import { expect, it } from 'vitest'
import { loadSchema } from '../../electron/contract/load-config'
import { inputOfFile, loadInput } from '../../electron/contract/load-flags'

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
  const file = { executor: { kind: 'soak', rate: 2 }, thresholds: { maxLost: 0 }, 'max-p99': 5 }
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
