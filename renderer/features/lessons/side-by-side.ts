import type { QosRun } from '@contract/comparison'
import type { SequenceInput } from '../../canvas/sequence/types'

/** What can be counted in the picture down to a moment. */
export interface CountsSoFar {
  /** Packets that have been sent, on both legs. */
  packets: number
  /** Copies that the subscriber has got, the first included. */
  arrived: number
  duplicated: number
}

/** Counts what has been sent and has arrived until `ms`, in the picture's time. */
export function countsUntil(input: SequenceInput, ms: number): CountsSoFar {
  const copies = input.packets.filter(
    (p) =>
      p.settledMs !== null &&
      p.settledMs <= ms &&
      p.fate === 'delivered' &&
      p.direction === 'downlink' &&
      (p.effect === 'delivered' || p.effect === 'duplicate'),
  )
  return {
    packets: input.packets.filter((p) => p.sentMs <= ms).length,
    arrived: copies.length,
    duplicated: copies.filter((p) => p.effect === 'duplicate').length,
  }
}

/** What came of the message, as a key of the texts: it was lost, arrived once, or more than once. */
export const outcomeOfRun = ({ totals }: QosRun): 'lost' | 'once' | 'more' =>
  totals.arrived === 0 ? 'lost' : totals.arrived === 1 ? 'once' : 'more'
