import type { BrokerLimits, KeptBytes } from './types'

/** Bytes that each thing costs beside its texts: objects, entries of maps, buffers. Estimates, compared with the memory really taken by a test. */
export const COST = {
  message: 512,
  /** A message in one queue, and each subscription identifier with it. */
  copy: 128,
  subscriptionId: 8,
  subscription: 320,
  /** The way of a topic or filter through a trie: a node of its own, and its part in those it shares. */
  path: 256,
  session: 1024,
  will: 512,
  /** A QoS 2 identifier that was received and is not released. */
  received: 64,
  /** One write that has not left for the socket. */
  write: 256,
} as const

/**
 * May the holder of `own` bytes take more, when all have `total`? Half of the limit is for whoever comes first. The other
 * half is for those that hold less than their share of it, so that nobody takes all from the others.
 * @param holders how many share
 */
export function mayGrow(own: number, total: number, limit: number, holders: number): boolean {
  const half = limit / 2
  return total < half || (total < limit && own < half / Math.max(1, holders))
}

/** Counts what all clients together make the broker keep. Who adds, takes away the same: with no session left all is 0. */
export class Kept implements KeptBytes {
  queues = 0
  retained = 0
  subscriptions = 0
  sessions = 0
  wills = 0
  unread = 0
  halfRead = 0

  /** @param holders how many clients share what is for all: the number of sessions */
  constructor(
    readonly limits: BrokerLimits,
    private readonly holders: () => number,
  ) {}

  /** @param own what the client's queue and messages in flight hold */
  mayQueue(own: number): boolean {
    return mayGrow(own, this.queues, this.limits.queueBytesInAll, this.holders())
  }

  maySubscribe(own: number): boolean {
    return mayGrow(own, this.subscriptions, this.limits.subscriptionBytesInAll, this.holders())
  }

  mayRetain(own: number): boolean {
    return mayGrow(own, this.retained, this.limits.retainedBytesInAll, this.holders())
  }

  mayWrite(own: number): boolean {
    return mayGrow(own, this.unread, this.limits.unreadBytesInAll, this.holders())
  }

  mayRead(own: number): boolean {
    return mayGrow(own, this.halfRead, this.limits.halfReadBytesInAll, this.holders())
  }

  bytes(): KeptBytes {
    const { queues, retained, subscriptions, sessions, wills, unread, halfRead } = this
    return { queues, retained, subscriptions, sessions, wills, unread, halfRead }
  }
}

/** Bytes of a topic or filter in a trie, where a row of levels without a fork is one node. */
export const pathBytes = (topic: string): number => COST.path + 2 * topic.length
