import type { LoadInput } from './load-config'

const SIXTY_SECONDS = { duration: '60s' } as const
const HALF_AN_HOUR = { duration: '30m' } as const

/** What the suite's cases have in common: MQTT 3.1.1 (5.0 for shared subscriptions), QoS 1, 16 bytes, a keep-alive of 300 s. */
const COMMON = { qos: 1, size: 16, keepAlive: '300s', connectTimeout: '120s' } as const
const once = { executor: { kind: 'constant-rate', rate: 1 } } as const
const pairs = (clients: number): LoadInput => ({
  ...COMMON,
  ...once,
  publishers: clients,
  subscribers: clients,
  topology: 'pairs',
})
const shared = (publishers: number, subscribers: number): LoadInput => ({
  ...COMMON,
  ...once,
  publishers,
  subscribers,
  topology: 'shared-subscription',
  protocol: 5,
})
const connections = (clients: number, connectRate: number): LoadInput => ({
  ...COMMON,
  connectTimeout: `${(2 * clients) / connectRate}s`,
  publishers: clients,
  subscribers: 0,
  executor: { kind: 'connection-storm', connectRate },
})
const fanOut = (publishers: number, subscribers: number, rate: number): LoadInput => ({
  ...COMMON,
  publishers,
  subscribers,
  topology: 'fan-out',
  executor: { kind: 'constant-rate', rate },
})

/** Most clients stay in the background: they subscribe to topics on which nothing comes. The others are pairs, a message a second each. */
const composite = (background: number, clients: number): LoadInput => ({
  ...COMMON,
  ...once,
  publishers: clients,
  subscribers: background + clients,
  populations: [
    { name: 'background', publishers: 0, subscribers: background },
    { name: 'p2p', publishers: clients, subscribers: clients, topology: 'pairs' },
  ],
})

/**
 * Load tests by the names that engineers know from the Open MQTT Benchmark Suite (github.com/emqx/mqttbs). Its own cases have their
 * size in the name and last 30 minutes; those that end in 1k or 10k are the same on a smaller scale, for 60 s. The suite names
 * a composite scenario and has no case of it.
 */
const PRESETS: Readonly<Record<string, LoadInput>> = {
  'conn-1k': { ...connections(1000, 100), ...SIXTY_SECONDS },
  'conn-10k': { ...connections(10_000, 500), ...SIXTY_SECONDS },
  'p2p-1k': { ...pairs(1000), ...SIXTY_SECONDS },
  'fanout-1k': { ...fanOut(1, 1000, 1), ...SIXTY_SECONDS },
  'fanin-1k': {
    ...COMMON,
    ...once,
    publishers: 1000,
    subscribers: 1,
    topology: 'fan-in',
    ...SIXTY_SECONDS,
  },
  'sharedsub-1k': { ...shared(1000, 10), ...SIXTY_SECONDS },
  'composite-1k': { ...composite(800, 100), ...SIXTY_SECONDS },
  'conn-tcp-1m-5k': { ...connections(1_000_000, 5000), ...HALF_AN_HOUR },
  'fanout-5-1000-5-250k': { ...fanOut(5, 1000, 50), ...HALF_AN_HOUR },
  'p2p-50k-50k-50k-50k': { ...pairs(50_000), ...HALF_AN_HOUR },
  'sharesub-50k-500-50k-50k': { ...shared(50_000, 500), ...HALF_AN_HOUR },
}

export const PRESET_NAMES: readonly string[] = Object.keys(PRESETS)

/**
 * The settings of a preset, in whatever case its name is written and as the suite writes it, such as
 * `singlenode-sharesub-50K-500-50K-50K`; undefined for a name that is none.
 */
export function presetInput(name: string): LoadInput | undefined {
  const own = name.toLowerCase().replace(/^singlenode-/, '')
  const key = own.replace(/^sharedsub-(?=50k)/, 'sharesub-')
  return Object.hasOwn(PRESETS, key) ? PRESETS[key] : undefined
}
