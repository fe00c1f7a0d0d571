import { atOnce, type Steps } from '../../base/slices'
import type { ClientContext } from './hub'
import type { Message } from './message'
import type { Router } from './router'
import type { Turns } from './turns'

export interface DispatcherDeps {
  router: Router
  turns: Turns
  /** Connected clients by identifier. */
  connected: ReadonlyMap<string, ClientContext>
}

/** What one client has published and is not routed yet. */
interface Backlog {
  readonly waiting: Message[]
  /** Connections that are read no further meanwhile. */
  readonly held: Set<ClientContext>
}

/**
 * Routes messages. One that takes long, since it goes to thousands or thousands of filters are like its topic, takes
 * turns with others' work. Messages of one publisher stay in their order [MQTT-4.6.0-6]: the next waits for it, and the
 * publisher is read no further. Messages of devices are routed at once, in their simulated moment.
 */
export class Dispatcher {
  private readonly backlogs = new Map<string, Backlog>()

  constructor(private readonly deps: DispatcherDeps) {}

  route(message: Message): void {
    const { router } = this.deps
    const before = message.publisher === null ? undefined : this.backlogs.get(message.publisher)
    if (before !== undefined) {
      before.waiting.push(message.own())
      this.hold(message.publisher, before)
      return
    }
    if (router.routeToFew(message)) return
    const steps = router.route(message)
    if (!message.external || message.publisher === null) atOnce(steps)
    else if (this.begin(message.publisher, steps)) this.goOn(message.publisher, message, steps)
  }

  /** What a client sends is part of its own turn; the will of one that has gone is nobody's. */
  private begin(publisher: string, steps: Steps<void>): boolean {
    const { turns, connected } = this.deps
    return connected.has(publisher) ? turns.some(steps) : turns.start(steps)
  }

  private goOn(publisher: string, first: Message, begun: ReturnType<Router['route']>): void {
    const backlog: Backlog = { waiting: [], held: new Set() }
    this.backlogs.set(publisher, backlog)
    this.hold(publisher, backlog)
    first.own()
    let steps = begun
    this.deps.turns.add(() => {
      if (this.deps.turns.some(steps)) return true
      const next = backlog.waiting.shift()
      if (next !== undefined) {
        steps = this.deps.router.route(next)
        return true
      }
      this.backlogs.delete(publisher)
      for (const c of backlog.held) c.goOn()
      return false
    })
  }

  private hold(publisher: string | null, backlog: Backlog): void {
    const c = publisher === null ? undefined : this.deps.connected.get(publisher)
    if (c === undefined || backlog.held.has(c)) return
    backlog.held.add(c)
    c.hold()
  }
}
