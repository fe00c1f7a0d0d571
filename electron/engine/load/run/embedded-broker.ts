import type { MessagePort } from 'node:worker_threads'
import { BROKER_LIMITS, type BrokerLimits } from '../../../contract/broker-limits'
import { createBroker } from '../../simulation/broker/broker'
import type { TransitObserver } from '../../mqtt/transit'
import { createRealClock } from '../../simulation/clock/real-clock'

/** What the broker thread says: where it listens, or why it does not. */
export type BrokerReport = { type: 'listening'; url: string } | { type: 'failed'; text: string }

/** It serves one load test alone: what that asks for is what it gets. Limits of one packet or one client stay. */
const UNLIMITED: Partial<BrokerLimits> = Object.fromEntries(
  Object.entries(BROKER_LIMITS).flatMap(([name, { of }]) =>
    of === 'all' || of === 'address' ? [[name, Number.MAX_SAFE_INTEGER]] : [],
  ),
)

const nobody: TransitObserver = { entered: () => undefined, settled: () => undefined, event: () => undefined }

/** Starts the embedded broker on a free loopback port; it ends with its thread. */
export function runEmbeddedBroker(port: MessagePort): void {
  const clock = createRealClock()
  let transits = 0
  const broker = createBroker(
    { clock, realClock: clock, observer: nobody, nextTransitId: () => ++transits, log: () => undefined },
    { limits: UNLIMITED },
  )
  broker.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 }).then(
    (info) =>
      port.postMessage({ type: 'listening', url: `mqtt://127.0.0.1:${info.port}` } satisfies BrokerReport),
    (error: unknown) => port.postMessage({ type: 'failed', text: String(error) } satisfies BrokerReport),
  )
  port.on('message', () => {
    void broker.close().then(() => port.close())
  })
}
