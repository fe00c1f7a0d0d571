import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../electron/cli/load-flags'
import { loadTarget } from '../../electron/contract/load'
import { loadSchema, type LoadInput } from '../../electron/contract/load-config'
import { loadCommandLine } from '../../electron/contract/load-text'

/** The words a POSIX shell makes of a line. */
function shellWords(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|\\'|[^\s'\\])+/g)].map((m) =>
    m[0].replace(/'([^']*)'|\\'/g, (_all, inside: string | undefined) => inside ?? "'"),
  )
}

/** What the command line's own reader makes of it. */
async function readBack(line: string) {
  const command = new Command()
  const words = shellWords(line).slice(2)
  for (const w of words.filter((x) => x.startsWith('--'))) {
    command.option(SWITCHES.includes(w) ? w : `${w} <value>`)
  }
  command.parse(words, { from: 'user' })
  return (await loadConfig(command.opts())).config
}

const SWITCHES = ['--insecure', '--resume', '--tls-resume', '--retain', '--request']

const CONFIGS: LoadInput[] = [
  {},
  {
    url: 'embedded',
    thinkTime: '2s',
    request: true,
    executor: { kind: 'max' },
    messages: 5000,
    qos: 2,
    workers: 4,
    topology: 'fan-in',
  },
  { executor: { kind: 'constant-rate', rate: 1 / 3600 }, duration: 90_500, ramp: 250, warmup: '1m' },
  {
    executor: {
      kind: 'ramping',
      startRate: 2,
      stages: [
        { over: '10s', rate: 5 },
        { over: '1m', rate: 50 },
      ],
    },
    subscribeQos: 1,
  },
  { executor: { kind: 'connection-storm', connectRate: 200 }, connectTimeout: '1m', keepAlive: 0 },
  { executor: { kind: 'reconnect-storm', rate: 3, every: '5s', share: 0.25 }, resume: true },
  {
    executor: { kind: 'soak', rate: 0.5 },
    protocol: 5,
    receiveMaximum: 10,
    seed: 9,
    messageExpiry: '1m',
    userProperties: ['a=b c'],
    retain: true,
    payload: '{"n":%n,"it\'s":"%{one:a|b}"}',
    dataFile: 'my rows.csv',
    topics: ['a', 'b/%c'],
    topicAliases: 2,
    startWait: '2s',
    disconnectEvery: '1m',
    disconnectKind: 'mixed',
    awayFor: '3s',
    churnEvery: '10s',
  },
  {
    url: 'mqtts://broker.example:8883',
    username: "it's me",
    passwordEnv: 'FLEETLAB_SECRET',
    caFile: '/etc/my ca.pem',
    certFile: 'c.pem',
    keyFile: 'k.pem',
    serverName: 'broker',
    clients: 'my clients.csv',
    alpn: ['mqtt', 'x-amzn-mqtt-ca'],
    tlsResume: true,
    insecure: true,
    topic: 'a b/한글',
    localAddresses: ['127.0.0.2', '127.0.0.3'],
    thresholds: {
      maxP99: 50,
      maxConnectP99: '1s',
      maxLost: 0,
      maxDuplicated: 1,
      maxOutOfOrder: 2,
      maxFailed: 3,
      maxErrors: 4,
      minRate: 99.5,
    },
  },
]

describe('the command line of a load test', () => {
  it.each(CONFIGS)('%j reads back as it was', async (input) => {
    const config = loadSchema.parse(input)
    const back = await readBack(loadCommandLine(config))
    if (config.executor.kind === 'constant-rate' && back.executor.kind === 'constant-rate') {
      expect(back.executor.rate).toBeCloseTo(config.executor.rate, 8)
      back.executor.rate = config.executor.rate
    }
    expect(back).toEqual(config)
  })

  it('leaves out what is usual', () => {
    const config = loadSchema.parse({ url: 'embedded', thresholds: { maxP99: 50, maxLost: 0 } })
    expect(loadCommandLine(config)).toBe(
      'fleetlab load --url embedded --publishers 100 --subscribers 1 --rate 10 --qos 0 --max-p99 50ms --max-lost 0',
    )
  })
})

describe('the target of a load test', () => {
  it.each([
    ['embedded', 'embedded'],
    ['mqtt://127.0.0.1:1883', 'loopback'],
    ['mqtt://127.9.9.9', 'loopback'],
    ['ws://localhost:8080/mqtt', 'loopback'],
    ['mqtts://[::1]:8883', 'loopback'],
    ['mqtt://10.0.4.21:1883', 'elsewhere'],
    ['mqtt://127.0.0.1.example.com', 'elsewhere'],
    ['wss://localhost.example', 'elsewhere'],
    ['http://127.0.0.1', null],
    ['', null],
  ])('%s is %s', (url, target) => {
    expect(loadTarget(url)).toBe(target)
  })
})
