import type { PacketRow } from './model'
import type { RunRecording } from './lesson-run'

/**
 * Which packet of one message's way is lost, once: none; PUBLISH from the publisher to the broker; the broker's answer to
 * it; PUBLISH from the broker to the subscriber; the subscriber's answer. The answer is PUBACK at QoS 1, PUBREC at QoS 2;
 * at QoS 0 there is none.
 */
export const LOSSES = ['none', 'publish', 'answer', 'passed-on', 'confirmation'] as const
export type Loss = (typeof LOSSES)[number]

/** One message at one QoS. */
export interface QosRun extends RunRecording {
  qos: 0 | 1 | 2
  /** The packet that was lost; null when none was, because none was to be lost or there is no such packet at this QoS. */
  lost: PacketRow | null
}

/** One message sent at QoS 0, 1 and 2: the same devices, the same seed, the same loss. */
export interface QosComparison {
  loss: Loss
  runs: QosRun[]
}
