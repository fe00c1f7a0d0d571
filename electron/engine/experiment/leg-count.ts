import type { TransitObserver } from '../mqtt/transit'
import { frameType, isHandshake, Type } from '../mqtt/frame'

/** Counts the packets between publishers and broker as they are sent, whether they arrive or not. */
export class LegCount {
  publishes = 0
  packets = 0
  /** Connections opened, on all legs. */
  connections = 0

  /** @param touch told of every packet; @param watch sees everything too */
  constructor(
    private readonly isPublisher: (clientId: string) => boolean,
    private readonly touch: () => void,
    private readonly watch: TransitObserver | null,
  ) {}

  readonly observer: TransitObserver = {
    entered: (p) => {
      this.touch()
      this.watch?.entered(p)
      const type = frameType(p.frame)
      if (!isHandshake(type) || !this.isPublisher(p.clientId)) return
      this.packets++
      if (type === Type.PUBLISH) this.publishes++
    },
    settled: (p) => {
      this.touch()
      this.watch?.settled(p)
    },
    event: (e) => {
      if (e.kind === 'opened') this.connections++
      this.watch?.event(e)
    },
  }
}
