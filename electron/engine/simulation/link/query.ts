import { Draw, uniform, type FateKey } from './fate'
import type { DelayQuery } from './delay'
import type { LossQuery } from './loss'

const NO_KEY: FateKey = { a: 0, b: 0 }

/** Everything that may be asked about one packet on its way into a link. One object for all links, filled for each packet. */
export class PacketQuery implements LossQuery, DelayQuery {
  type = 0
  bytes = 0
  /** Steady ms. */
  nowMs = 0
  first = true
  /** The user asked for the loss of exactly this packet. */
  condemned = false
  /** Counts the transmissions of all its segments (tcp links); 0 elsewhere. */
  nth = 0
  /** It is not the packet itself that travels, but the acknowledgement of its segment (tcp links only). */
  answer = false
  private key: FateKey = NO_KEY
  private direction: FateKey = NO_KEY
  private attempt = 1

  /**
   * @param direction key of the link and direction
   * @param key of the message or, for packets that belong to none, of the direction
   */
  fill(direction: FateKey, key: FateKey, type: number, attempt: number, bytes: number, nowMs: number): void {
    this.direction = direction
    this.key = key
    this.type = type
    this.attempt = attempt
    this.bytes = bytes
    this.nowMs = nowMs
    this.first = true
    this.nth = 0
  }

  loss(): number {
    return this.draw(this.answer ? Draw.ANSWER : Draw.LOSS)
  }

  /** Where on its way it is lost. */
  point(): number {
    return this.draw(Draw.POINT)
  }

  delay(): number {
    return this.draw(Draw.DELAY)
  }

  delayAgain(): number {
    return this.draw(Draw.DELAY_2)
  }

  /** For the other things that may happen to it. */
  fault(what: 'DUPLICATE' | 'CORRUPT' | 'BIT' | 'REORDER'): number {
    return this.draw(Draw[what])
  }

  chain(index: number): number {
    return uniform(this.direction, 0, index + 1, Draw.CHAIN)
  }

  private draw(what: Draw): number {
    return uniform(this.key, this.type, this.attempt, what, this.nth)
  }
}
