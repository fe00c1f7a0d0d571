import type { Accounts } from './ledger/accounts'
import { Arrivals } from './arrivals'
import type { RouteObserver } from '../simulation/broker/types'
import { createCapture, type Capture } from './capture/capture'
import type { PacedClock } from '../simulation/clock/clock'
import type { Fleet } from '../simulation/fleet/fleet'
import { RateMeter } from './meters'
import type { TransitObserver } from '../mqtt/transit'
import { createRates, type Rates } from './traffic/rates'
import { createTopicTree, type TopicTree } from './traffic/topic-tree'
import { TrafficCounts } from './packet-counts'

/** Everything that watches one run: capture, topics, rates and meters, fed from links, taps and the broker's routing. */
export class Observation {
  readonly capture: Capture
  readonly topics: TopicTree
  readonly rates: Rates
  /** Packets of the simulated links. */
  readonly counts = new TrafficCounts()
  /** Application messages that reached the broker, by publisher. */
  readonly messages = new RateMeter()
  readonly groupMessages = new RateMeter()
  readonly packets = new RateMeter()

  constructor(
    private readonly clock: PacedClock,
    private readonly fleet: () => Fleet,
    private readonly accounts: () => Accounts,
  ) {
    this.capture = createCapture({ clock })
    this.topics = createTopicTree({ clock })
    this.rates = createRates({ clock })
  }

  private readonly arrivals = new Arrivals((a) => {
    const group = this.fleet().device(a.clientId)?.spec.group.name ?? null
    this.messages.count(a.clientId)
    this.topics.published(a)
    this.rates.published(a.qos, group)
    if (group !== null) this.groupMessages.count(group)
  })

  /** For clients of all kinds. */
  readonly tap: TransitObserver = {
    entered: (p) => {
      this.clock.touch()
      this.packets.count('')
      this.rates.sent(p)
      this.capture.entered(p)
    },
    settled: (p) => {
      this.clock.touch()
      this.capture.settled(p)
      this.rates.settled(p)
      this.arrivals.settled(p)
    },
    event: (e) => this.capture.event(e),
  }

  /** For the simulated links. */
  readonly links: TransitObserver = {
    entered: (p) => {
      this.counts.entered(p)
      this.tap.entered(p)
      this.accounts().entered(p)
    },
    settled: (p) => {
      this.counts.settled(p)
      this.tap.settled(p)
      this.accounts().settled(p)
    },
    event: (e) => {
      this.tap.event(e)
      if (e.kind === 'gave-up' && e.direction === 'uplink')
        this.fleet().device(e.clientId)?.gaveUp(e.packetId)
    },
  }

  /** For the embedded broker's word on what it passes on. */
  readonly routes: RouteObserver = {
    ingress: (e) => {
      this.capture.ingress(e)
      this.accounts().ingress(e)
    },
    egress: (e) => {
      this.capture.egress(e)
      this.accounts().egress(e)
    },
    discarded: (e) => this.capture.discarded(e),
  }

  /** Closes the books and meters of the interval that ends now. */
  roll(): void {
    const now = this.clock.now()
    this.messages.roll(now)
    this.groupMessages.roll(now)
    this.packets.roll(now)
    this.accounts().sweep(now)
    this.rates.advance()
  }
}
