import type { Clock, Timer } from '../clock/clock'
import type { Steps } from '../../base/slices'
import type { Hub } from './hub'

/** Over all sessions. */
interface Sums {
  subscriptions: number
  stored: number
  dropped: number
}

/**
 * `$SYS/broker/...` as mosquitto names it: retained, at the given interval, and only what has changed. It runs in real
 * time, for those who come over the network; a simulation without listeners has none of it.
 */
export class SysTopics {
  private readonly last = new Map<string, string>()
  private readonly startMs: number
  private timer: Timer | undefined

  constructor(
    private readonly hub: Pick<Hub, 'connected' | 'sessions' | 'retained' | 'kept' | 'traffic'>,
    private readonly clock: Clock,
    private readonly intervalMs: number,
    /** Of the application. */
    private readonly version: string,
    private readonly publish: (topic: string, payload: Buffer) => void,
    /** Does long work beside that of the clients. */
    private readonly later: (steps: Steps<void>) => void,
  ) {
    this.startMs = clock.now()
    this.timer = clock.schedule(0, () => this.tick())
  }

  stop(): void {
    this.clock.cancel(this.timer)
  }

  private tick(): void {
    this.timer = this.clock.schedule(this.intervalMs, () => this.tick())
    this.later(this.say())
  }

  private *say(): Steps<void> {
    const sums = yield* this.sums()
    this.hub.retained.removeExpired()
    for (const [name, value] of Object.entries(this.values(sums))) {
      const text = String(value)
      if (this.last.get(name) === text) continue
      this.last.set(name, text)
      this.publish(`$SYS/broker/${name}`, Buffer.from(text))
    }
  }

  /** Looks at every session, and removes what has expired in its queue. */
  private *sums(): Steps<Sums> {
    const sums: Sums = { subscriptions: 0, stored: 0, dropped: 0 }
    const { sessions } = this.hub
    yield* sessions.each(({ outbox, subscriptions }) => {
      outbox.removeExpired()
      sums.subscriptions += subscriptions.size
      sums.stored += outbox.queued + outbox.inFlight
      sums.dropped += outbox.dropped
    })
    return sums
  }

  private values(sums: Sums): Record<string, string | number> {
    const { connected, sessions, retained, kept, traffic } = this.hub
    return {
      version: `MQTT Fleet Lab ${this.version}`.trimEnd(),
      uptime: `${Math.floor((this.clock.now() - this.startMs) / 1000)} seconds`,
      'clients/connected': connected.size,
      'clients/disconnected': sessions.count - connected.size,
      'clients/total': sessions.count,
      'messages/received': traffic.received,
      'messages/sent': traffic.sent,
      'bytes/received': traffic.bytesReceived,
      'bytes/sent': traffic.bytesSent,
      'subscriptions/count': sums.subscriptions,
      'retained messages/count': retained.count,
      'store/messages/count': sums.stored,
      'store/messages/bytes': kept.queues,
      'publish/messages/dropped': sums.dropped,
      ...Object.fromEntries(
        Object.entries(kept.bytes()).map(([kind, bytes]) => [`kept/${kind}/bytes`, bytes]),
      ),
    }
  }
}
