import { PACKET_TYPES } from '../../../contract/packet'
import type { TransitOrigin } from '../../mqtt/transit'

/** A number for each packet type. */
const perType = (): number[] => new Array<number>(PACKET_TYPES.length).fill(0)

/** Counts packets of one direction that belong to no message, and keeps which are still to be lost on demand. */
export class Ordinals {
  private seen: number[] | undefined
  /** Repetitions of the last of each type. */
  private repeated: number[] | undefined
  /** One bit for each type of which the endpoint itself has sent one. */
  private sentTypes = 0
  private condemned: number[] | undefined

  /** One more of this type; gives how many there were. */
  next(type: number): number {
    this.seen ??= perType()
    const ordinal = (this.seen[type] ?? 0) + 1
    this.seen[type] = ordinal
    return ordinal
  }

  /** Which repetition it is, from 1. They are distinguished by who sends them: the agent only repeats. */
  repetition(type: number, origin: TransitOrigin): number {
    if (origin === 'endpoint') {
      this.sentTypes |= 1 << type
      if (this.repeated !== undefined) this.repeated[type] = 0
      return 1
    }
    this.repeated ??= perType()
    const again = (this.repeated[type] ?? 0) + 1
    this.repeated[type] = again
    return again + ((this.sentTypes >> type) & 1)
  }

  /** The next of this type is to be lost. */
  condemn(type: number): void {
    this.condemned ??= []
    this.condemned[type] = (this.condemned[type] ?? 0) + 1
  }

  /** Whether this one is to be lost. */
  takeCondemned(type: number): boolean {
    const left = this.condemned?.[type] ?? 0
    if (this.condemned === undefined || left === 0) return false
    this.condemned[type] = left - 1
    return true
  }
}
