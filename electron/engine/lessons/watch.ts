import type { Accounts } from '../observe/ledger/accounts'
import type { RouteObserver } from '../simulation/broker/types'
import type { Capture } from '../observe/capture/capture'
import type { Fleet } from '../simulation/fleet/fleet'
import type { TransitObserver } from '../mqtt/transit'

interface Parties {
  capture: Capture
  accounts: Accounts
  fleet: Fleet
  /** Something happened without a timer. */
  touch: () => void
}

/** Feeds capture and ledger from the links of a lesson's run. */
export function watchLinks({ capture, accounts, fleet, touch }: Parties): TransitObserver {
  return {
    entered: (p) => {
      touch()
      capture.entered(p)
      accounts.entered(p)
    },
    settled: (p) => {
      touch()
      capture.settled(p)
      accounts.settled(p)
    },
    event: (e) => {
      capture.event(e)
      if (e.kind === 'gave-up' && e.direction === 'uplink') fleet.device(e.clientId)?.gaveUp(e.packetId)
    },
  }
}

/** Feeds capture and ledger from what the broker passes on. */
export function watchRoutes({ capture, accounts }: Parties): RouteObserver {
  return {
    ingress: (e) => {
      capture.ingress(e)
      accounts.ingress(e)
    },
    egress: (e) => {
      capture.egress(e)
      accounts.egress(e)
    },
    discarded: (e) => capture.discarded(e),
  }
}
