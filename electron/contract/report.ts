import type { Latency } from './model'
import type { HandshakeType, QoS } from './packet'

/** What `fleetlab run` prints: one group of publishers per row, and the packets of all simulated links. */
export interface RunReport {
  scenario: string
  seed: number
  /** Clock time of the run. */
  durationMs: number
  /** False when the run was cut short. */
  complete: boolean
  groups: {
    name: string
    qos: QoS
    offered: number
    /** Offered times matching subscribers. */
    expected: number
    /** Distinct messages that arrived. */
    delivered: number
    lost: number
    /** Extra copies. */
    duplicated: number
    outOfOrder: number
    latencyMs: Latency
    /**
     * Bytes at the publishers' ends of the links for each message offered, as if each packet were a TCP segment with headers of 66
     * bytes, segments that only acknowledge included; null without messages.
     */
    wireBytesPerMessage: { sent: number; received: number } | null
  }[]
  packets: Record<HandshakeType, { sent: number; lost: number }>
}
