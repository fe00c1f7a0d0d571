/** What the fleet row and its bare counterpart have in common. */
export const DEVICES = 1000
/** Messages per second and device. */
export const RATE = 10
export const QOS = 1
export const WARM_UP_MS = 3000
export const MEASURE_MS = 8000

export const topicOf = (device: number): string => `bench/${device}`

/**
 * How Node is started, as in package.json and deploy/Dockerfile: messages die young, and a young generation with room
 * for them is collected less often; the collector gets no more threads than there are cores beside the program's own.
 */
export const NODE_FLAGS = ['--max-semi-space-size=32', '--v8-pool-size=0']

/** What one round measured. */
export interface Round {
  /** CPU microseconds of the process, user and system, for each application message. */
  microsPerMessage: number
  /** Share of one core. */
  core: number
  messagesPerSecond: number
}

/** A scenario file for what is measured with a page: 1,000 devices that publish 10,000 messages per second. */
export const pageScenario = (name: string): string => `version: 1
name: ${name}
broker: { kind: embedded, port: 0 }
groups:
  - name: Publishers
    id: dev-{n}
    count: ${DEVICES}
    publishes: [{ topic: 'bench/{n}/value', qos: ${QOS}, rate: ${RATE}, schedule: jittered, payload: { kind: random-walk } }]
`

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Measures for `MEASURE_MS` what a process spends on the messages that `count` counts. */
export async function measureRound(count: () => number): Promise<Round> {
  const before = count()
  const cpu = process.cpuUsage()
  const started = performance.now()
  await wait(MEASURE_MS)
  const seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const messages = count() - before
  return {
    microsPerMessage: (user + system) / messages,
    core: (user + system) / 1e6 / seconds,
    messagesPerSecond: messages / seconds,
  }
}
