import type { FlowAccount, IdentityAccount, PublisherAccount } from '../../../contract/load-report'
import type { Layout, Topology } from '../run/topologies'
import { countOf, subtract, union, type Ranges } from './ranges'

/** What became of all messages, by identity. */
export interface Balance {
  offered: number
  /** Messages times receivers that should have come: all but the failed and the ones in flight. */
  expected: number
  lost: number
  duplicated: number
  outOfOrder: number
  /** Distinct messages received. */
  delivered: number
}

/** Puts the accounts of several threads or machines together: each publisher is in one, a flow may be in several. */
export function joinAccounts(accounts: readonly IdentityAccount[]): IdentityAccount {
  const flows = new Map<string, FlowAccount>()
  for (const account of accounts) {
    for (const f of account.flows) {
      const key = `${f.receiver}:${f.publisher}`
      const before = flows.get(key)
      flows.set(key, before === undefined ? f : joinFlows(before, f))
    }
  }
  return {
    publishers: accounts.flatMap((a) => a.publishers),
    flows: [...flows.values()],
    forgotten: accounts.reduce((n, a) => n + a.forgotten, 0),
  }
}

/** A number that both parts have was received twice. */
function joinFlows(a: FlowAccount, b: FlowAccount): FlowAccount {
  const got = union(a.got, b.got)
  const twice = countOf(a.got) + countOf(b.got) - countOf(got)
  return {
    receiver: a.receiver,
    publisher: a.publisher,
    got,
    duplicated: a.duplicated + b.duplicated + twice,
    outOfOrder: a.outOfOrder + b.outOfOrder,
  }
}

/** Messages of a publisher that its receivers must get. */
const settled = (p: PublisherAccount): Ranges =>
  subtract(p.offered === 0 ? [] : [0, p.offered], union(p.failed, p.inFlight))

/**
 * Compares what publishers offered with what receivers got, message by message.
 * @param owns which receivers the account knows about: in a shard's own report, only its own
 */
export function balance(
  account: IdentityAccount,
  topology: Topology,
  layout: Layout,
  owns: (receiver: number) => boolean = () => true,
): Balance {
  const flows = new Map(account.flows.map((f) => [`${f.receiver}:${f.publisher}`, f]))
  const out: Balance = {
    offered: 0,
    expected: 0,
    lost: account.forgotten,
    duplicated: 0,
    outOfOrder: 0,
    delivered: 0,
  }
  for (const p of account.publishers) {
    out.offered += p.offered
    const due = settled(p)
    const dueCount = countOf(due)
    for (const receiver of topology.receiversOf(p.publisher, layout).filter(owns)) {
      const got = flows.get(`${receiver}:${p.publisher}`)?.got ?? []
      out.expected += dueCount
      out.lost += countOf(subtract(due, got))
    }
  }
  for (const f of account.flows) {
    out.duplicated += f.duplicated
    out.outOfOrder += f.outOfOrder
    out.delivered += countOf(f.got)
  }
  return out
}
