import { Readable } from 'node:stream'
import type { Message } from './message'
import { settled, type Settled } from './settled'

const nothing: Settled<undefined> = settled(undefined)
const none: Settled<never[]> = settled([])

/** aedes asks for one at every connection; this is cheaper than `Readable.from([])`. */
function emptyStream(): Readable {
  return new Readable({
    objectMode: true,
    read() {
      this.push(null)
    },
  })
}

/**
 * The persistence aedes works with. Sessions, their queues and wills live in this layer (see sessions.ts), so aedes
 * finds none of them; retained messages it hands over as part of its publish steps.
 */
export function createPersistence(
  storeRetained: (message: Message) => void,
  messageOf: (packet: object) => Message,
) {
  return {
    setup: async (): Promise<void> => {
      await Promise.resolve()
    },
    storeRetained(packet: object): Settled<undefined> {
      storeRetained(messageOf(packet))
      return nothing
    },
    createRetainedStream: () => emptyStream(),
    createRetainedStreamCombi: () => emptyStream(),
    addSubscriptions: () => nothing,
    removeSubscriptions: () => nothing,
    subscriptionsByClient: () => none,
    countOffline: () => settled({ subsCount: 0, clientsCount: 0 }),
    subscriptionsByTopic: () => none,
    cleanSubscriptions: () => nothing,
    outgoingEnqueue: () => nothing,
    outgoingEnqueueCombi: () => nothing,
    outgoingUpdate: () => nothing,
    outgoingClearMessageId: () => nothing,
    outgoingStream: () => emptyStream(),
    incomingStorePacket: () => nothing,
    incomingGetPacket: () => nothing,
    incomingDelPacket: () => nothing,
    putWill: () => nothing,
    getWill: () => nothing,
    delWill: () => nothing,
    streamWill: () => emptyStream(),
    getClientList: () => emptyStream(),
    destroy: () => nothing,
  }
}
