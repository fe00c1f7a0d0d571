import type { Clock, Timer } from '../clock/clock'
import type { Hub } from './hub'

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
  ) {
    this.startMs = clock.now()
    this.timer = clock.schedule(0, () => this.tick())
  }

  stop(): void {
    this.clock.cancel(this.timer)
  }

  private tick(): void {
    this.timer = this.clock.schedule(this.intervalMs, () => this.tick())
    this.hub.sessions.removeExpired()
    this.hub.retained.removeExpired()
    for (const [name, value] of Object.entries(this.values())) {
      const text = String(value)
      if (this.last.get(name) === text) continue
      this.last.set(name, text)
      this.publish(`$SYS/broker/${name}`, Buffer.from(text))
    }
  }

  private values(): Record<string, string | number> {
    const { connected, sessions, retained, kept, traffic } = this.hub
    let subscriptions = 0
    let stored = 0
    let dropped = 0
    for (const session of sessions.all()) {
      subscriptions += session.subscriptions.size
      stored += session.outbox.queued + session.outbox.inFlight
      dropped += session.outbox.dropped
    }
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
      'subscriptions/count': subscriptions,
      'retained messages/count': retained.count,
      'store/messages/count': stored,
      'store/messages/bytes': kept.queues,
      'publish/messages/dropped': dropped,
      ...Object.fromEntries(
        Object.entries(kept.bytes()).map(([kind, bytes]) => [`kept/${kind}/bytes`, bytes]),
      ),
    }
  }
}
