import type { LegEvent, PacketTransit, TransitObserver } from '../mqtt/transit'
import type { BrokerLogLine, RouteLeg, RouteObserver } from './broker/types'
import type { FleetObserver, Offered, Received } from './fleet/types'

/**
 * What watches a simulation. Every hook is optional, is called synchronously and in order, must not throw and must be
 * quick.
 */
export interface SimulationObserver {
  /** Packets and events on the links. */
  readonly links?: Partial<TransitObserver>
  /** Packets and events of external clients, at the embedded broker's listeners. */
  readonly listeners?: Partial<TransitObserver>
  /** What the embedded broker accepts and passes on. */
  readonly routes?: Partial<RouteObserver>
  /** What devices publish, receive and say. */
  readonly fleet?: Partial<FleetObserver>
  /** A line of the embedded broker. */
  log?(line: BrokerLogLine): void
}

/*
 * Packets pass here some hundred thousand times per second, so each kind of thing that happens has its own list of the
 * observers that care, made when they are added.
 */

class TransitHooks implements TransitObserver {
  private readonly onEntered: Partial<TransitObserver>[] = []
  private readonly onSettled: Partial<TransitObserver>[] = []
  private readonly onEvent: Partial<TransitObserver>[] = []

  add(observer: Partial<TransitObserver> | undefined): void {
    if (observer?.entered) this.onEntered.push(observer)
    if (observer?.settled) this.onSettled.push(observer)
    if (observer?.event) this.onEvent.push(observer)
  }

  entered(p: PacketTransit): void {
    for (let i = 0; i < this.onEntered.length; i++) this.onEntered[i]?.entered?.(p)
  }

  settled(p: PacketTransit): void {
    for (let i = 0; i < this.onSettled.length; i++) this.onSettled[i]?.settled?.(p)
  }

  event(e: LegEvent): void {
    for (const o of this.onEvent) o.event?.(e)
  }
}

class RouteHooks implements Required<RouteObserver> {
  private readonly all: Partial<RouteObserver>[] = []

  add(observer: Partial<RouteObserver> | undefined): void {
    if (observer) this.all.push(observer)
  }

  ingress(e: RouteLeg): void {
    for (let i = 0; i < this.all.length; i++) this.all[i]?.ingress?.(e)
  }

  discarded(e: Parameters<NonNullable<RouteObserver['discarded']>>[0]): void {
    for (const o of this.all) o.discarded?.(e)
  }

  refused(e: Parameters<NonNullable<RouteObserver['refused']>>[0]): void {
    for (const o of this.all) o.refused?.(e)
  }

  ended(e: Parameters<NonNullable<RouteObserver['ended']>>[0]): void {
    for (const o of this.all) o.ended?.(e)
  }

  will(e: Parameters<NonNullable<RouteObserver['will']>>[0]): void {
    for (const o of this.all) o.will?.(e)
  }
}

class FleetHooks implements FleetObserver {
  private readonly all: Partial<FleetObserver>[] = []

  add(observer: Partial<FleetObserver> | undefined): void {
    if (observer) this.all.push(observer)
  }

  offered(m: Offered): void {
    for (let i = 0; i < this.all.length; i++) this.all[i]?.offered?.(m)
  }

  received(m: Received): void {
    for (let i = 0; i < this.all.length; i++) this.all[i]?.received?.(m)
  }

  interposed(clientId: string): void {
    for (const o of this.all) o.interposed?.(clientId)
  }

  changed(): void {
    for (const o of this.all) o.changed?.()
  }

  log(...line: Parameters<FleetObserver['log']>): void {
    for (const o of this.all) o.log?.(...line)
  }
}

/** All observers of a simulation as one for each part of it, so that a part knows no list. */
export class Observers {
  readonly links = new TransitHooks()
  readonly listeners = new TransitHooks()
  readonly routes = new RouteHooks()
  readonly fleet = new FleetHooks()
  private readonly logs: ((line: BrokerLogLine) => void)[] = []

  /** @param touch told of every packet: something happened without a timer */
  constructor(touch: () => void) {
    for (const leg of [this.links, this.listeners]) leg.add({ entered: touch, settled: touch })
  }

  add(observer: SimulationObserver): void {
    this.links.add(observer.links)
    this.listeners.add(observer.listeners)
    this.routes.add(observer.routes)
    this.fleet.add(observer.fleet)
    if (observer.log) this.logs.push((line) => observer.log?.(line))
  }

  log(line: BrokerLogLine): void {
    for (const hear of this.logs) hear(line)
  }
}
