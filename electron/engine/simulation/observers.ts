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

/** All observers of a simulation as one for each part of it, so that a part knows no list. */
export class Observers {
  private readonly all: SimulationObserver[] = []

  /** @param touch told of every packet: something happened without a timer */
  constructor(private readonly touch: () => void) {}

  add(observer: SimulationObserver): void {
    this.all.push(observer)
  }

  readonly links = this.transits((o) => o.links)
  readonly listeners = this.transits((o) => o.listeners)

  readonly routes: Required<RouteObserver> = {
    ingress: (e: RouteLeg) => {
      for (const o of this.all) o.routes?.ingress?.(e)
    },
    egress: (e: RouteLeg) => {
      for (const o of this.all) o.routes?.egress?.(e)
    },
    discarded: (e) => {
      for (const o of this.all) o.routes?.discarded?.(e)
    },
  }

  readonly fleet: FleetObserver = {
    offered: (m: Offered) => {
      for (const o of this.all) o.fleet?.offered?.(m)
    },
    received: (m: Received) => {
      for (const o of this.all) o.fleet?.received?.(m)
    },
    changed: () => {
      for (const o of this.all) o.fleet?.changed?.()
    },
    log: (level, note) => {
      for (const o of this.all) o.fleet?.log?.(level, note)
    },
  }

  log(line: BrokerLogLine): void {
    for (const o of this.all) o.log?.(line)
  }

  private transits(
    hooksOf: (o: SimulationObserver) => Partial<TransitObserver> | undefined,
  ): TransitObserver {
    return {
      entered: (p: PacketTransit) => {
        this.touch()
        for (const o of this.all) hooksOf(o)?.entered?.(p)
      },
      settled: (p: PacketTransit) => {
        this.touch()
        for (const o of this.all) hooksOf(o)?.settled?.(p)
      },
      event: (e: LegEvent) => {
        for (const o of this.all) hooksOf(o)?.event?.(e)
      },
    }
  }
}
