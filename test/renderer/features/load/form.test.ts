import { Command } from 'commander'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { CliContext } from '../../../../electron/cli/command'
import { loadCommand } from '../../../../electron/cli/load'
import { loadSchema } from '../../../../electron/contract/load-config'
import { flagKey, loadInput, type LoadFlags } from '../../../../electron/contract/load-flags'
import { loadFlags } from '../../../../electron/contract/load-text'
import { loadEnglish } from '../../../../renderer/features/load/texts.en'
import { draftOfConfig, readDraft } from '../../../../renderer/stores/load-draft'
import { isSwitch, SWITCHES, TEXT_FLAGS, WITHOUT_FIELD } from '../../../../renderer/stores/load-form'

const program = new Command()
loadCommand(program, { stderr: new PassThrough() } as unknown as CliContext, () => undefined)
const offered = (program.commands[0]?.options ?? []).map((o) => (o.long ?? '').slice(2))

/** A value of each flag that is not its default. All of them together are one load test. */
const OTHER: LoadFlags = {
  url: 'wss://127.0.0.1:8084/mqtt',
  protocol: '5.0',
  clientId: 'c%i',
  wsHeader: 'X-Tenant: plant\nX-Site: 2',
  userProperty: 'a=b c\nd=e',
  population:
    '{"name":"a","share":"50%","keep-alive":"20s"}\n{"name":"b","share":0.5,"rate":7,"retain":true}',
  messageExpiry: '1m',
  username: 'u%i',
  willTopic: 'status/%c',
  willPayload: 'gone',
  willQos: '1',
  arrivals: 'poisson',
  passwordEnv: 'FLEETLAB_P',
  caFile: 'ca.pem',
  certFile: 'c.pem',
  keyFile: 'k.pem',
  serverName: 'broker',
  publishers: '20',
  subscribers: '4',
  topology: 'fan-in',
  executor: 'constant-rate',
  rate: '3',
  qos: '2',
  subscribeQos: '1',
  duration: '31s',
  payload: '{"t":%n,\n"u":1}',
  topics: 'temperature,state/%c',
  startWait: '1s',
  disconnectEvery: '1m',
  disconnectKind: 'clean',
  awayFor: '2s',
  ramp: '2s',
  warmup: '3s',
  drain: '11s',
  window: '21',
  topicAliases: '2',
  receiveMaximum: '9',
  workers: '2',
  keepAlive: '61s',
  connectTimeout: '31s',
  minConnected: '0.95',
  topic: 'plant',
  localAddress: '127.0.0.2,127.0.0.3',
  seed: '2',
  maxP99: '50ms',
  maxConnectP99: '1s',
  maxLost: '0',
  maxDuplicated: '1',
  maxOutOfOrder: '2',
  maxFailed: '3',
  maxErrors: '4',
  minRate: '99.5',
  threshold: 'p99<50ms,lost==0',
  ...Object.fromEntries(SWITCHES.map((flag) => [flag, true])),
}
/** Flags that cannot stand beside those, each with what it needs. */
const ALONE: Readonly<Record<string, LoadFlags>> = {
  messages: { messages: '500' },
  size: { size: '65' },
  churnEvery: { churnEvery: '9s' },
  thinkTime: { executor: 'max', thinkTime: '1s' },
  alpn: { url: 'mqtts://127.0.0.1', alpn: 'mqtt,x-amzn-mqtt-ca' },
  stages: { stages: '10s:5,30s:50' },
  startRate: { stages: '10s:5', startRate: '2' },
  connectRate: { executor: 'connection-storm', connectRate: '50' },
  reconnectEvery: { executor: 'reconnect-storm', reconnectEvery: '5s' },
  reconnectShare: { executor: 'reconnect-storm', reconnectShare: '0.5' },
}

describe('the form of a load test and its command line', () => {
  it('every flag has a field with a name, or a reason why not', () => {
    expect(offered.length).toBeGreaterThan(50)
    const fields = new Set<string>([...TEXT_FLAGS, ...SWITCHES])
    const without = offered.filter((name) => !fields.has(flagKey(name)))
    expect(without.filter((name) => !Object.hasOwn(WITHOUT_FIELD, name))).toEqual([])
    expect(Object.keys(WITHOUT_FIELD).filter((name) => !without.includes(name))).toEqual([])
    expect([...fields].filter((flag) => !Object.hasOwn(loadEnglish.flag, flag))).toEqual([])
    expect(SWITCHES.filter((flag) => !Object.hasOwn(loadEnglish.switch, flag))).toEqual([])
    const all = [...fields]
    expect(all.filter((flag) => !offered.map(flagKey).includes(flag))).toEqual([])
  })

  it.each([['many flags', OTHER], ...Object.entries(ALONE)])(
    'a test repeated from the page keeps %s',
    (_name, flags) => {
      const config = loadSchema.parse(loadInput(flags))
      expect(readDraft(draftOfConfig(config)).config).toEqual(config)
      const kept = loadFlags(config)
      const lost = Object.keys(flags).filter((flag) => kept[flag] === undefined)
      expect(lost).toEqual([])
    },
  )

  it('tries each flag of the form, so that a new one is tried too', () => {
    const tried = { ...OTHER, ...ALONE }
    expect(TEXT_FLAGS.filter((flag) => !isSwitch(flag) && tried[flag] === undefined)).toEqual([])
  })
})
