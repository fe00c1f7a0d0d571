import { performance } from 'node:perf_hooks'
import type { ListenerStatus } from '../../contract/model'
import type { Scenario } from '../../contract/scenario'
import { createCapture, type Capture } from '../observe/capture/capture'
import { ContentCorrelator } from '../observe/content-correlator'
import type { TransitObserver } from '../mqtt/transit'
import type { BrokerLogLine } from '../simulation/broker/types'
import { createSimulation } from '../simulation/simulation'
import type { Env } from '../simulation/target/target'
import { ProxyCounts, type ProxyReport } from './counts'
import type { HandshakeTimes } from './handshake-times'

export interface ProxyOptions {
  /** An external broker with lossy listeners, and no devices. */
  scenario: Scenario
  env: Env
  /** Keeps packets, so that they can be exported: then every connection comes over its link. */
  keep: boolean
  /** Sees every packet; every connection then comes over its link. */
  watch?: Partial<TransitObserver>
  log(line: BrokerLogLine): void
}

export interface Proxy {
  listeners(): ListenerStatus[]
  report(): ProxyReport
  /** How long handshakes take. */
  readonly times: HandshakeTimes
  /** Null unless packets are kept. */
  readonly capture: Capture | null
  /** Ends all connections. */
  close(): Promise<void>
}

/**
 * Stands between real clients and a real broker. Where a link decides nothing and nobody looks at the packets, the bytes
 * pass as they are.
 * @throws ApiError `unavailable` when the broker cannot be reached, `conflict` when a port cannot be had
 */
export async function startProxy({ scenario, env, keep, watch, log }: ProxyOptions): Promise<Proxy> {
  const counts = new ProxyCounts(() => performance.now())
  const looks = keep || watch !== undefined
  const sim = createSimulation({
    scenario,
    clock: { speed: 1 },
    network: { env },
    faultLevel: 'none',
    observers: [{ links: counts.links, log }],
    ...(looks ? {} : { passing: (clientId) => counts.passage(clientId) }),
  })
  const capture = keep ? createCapture({ clock: sim.clock }) : null
  if (capture) {
    sim.observe({ links: new ContentCorrelator() })
    sim.observe({ links: capture })
  }
  if (watch) sim.observe({ links: watch })
  try {
    await sim.start()
  } catch (thrown) {
    await sim.close()
    throw thrown
  }
  return {
    listeners: () => sim.guests.listeners(),
    report: () => counts.report(),
    times: counts.times,
    capture,
    close: () => sim.close(),
  }
}
