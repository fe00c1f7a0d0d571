import { SmallMap } from '../../base/small-map'

/** What the tracker remembers of one client, across its connections. */
export interface ClientState {
  readonly ix: number
  readonly name: string
  /** Open connections: two for a moment when a new one takes the client identifier over. */
  connections: number
  /** The session ends with the connection. */
  clean: boolean
  /** Its last exchange at QoS 1 or 2, 0 for none; from there they are chained. */
  lastExchange: number
  /** Copies of each journey that reached this subscriber. */
  reached: Map<number, number> | null
  /** QoS 0 exchanges that arrived at the broker and wait for its routing fact, oldest first. */
  arrived: number[]
  /** Topic aliases of the connection, by direction (5.0 section 3.3.2.3.4); null while there are none. Each keeps its topic. */
  aliases: [Map<number, number> | null, Map<number, number> | null]
  /** Capture number of its last packet. */
  lastPacket: number
  /** Reason code with which the broker is about to end the connection; null while it is not. */
  ending: number | null
  /** The client has said DISCONNECT on its connection. */
  said: boolean
  /** Reason code of that DISCONNECT (5.0 section 3.14.2.1). */
  saidReason: number
  /** The broker keeps a will of the connection. */
  will: boolean
  /** Receive Maximum of the connection; 0 where its CONNECT said none. */
  receiveMaximum: number
  /** Capture numbers of requests by type and packet identifier, until they are answered. */
  readonly requests: SmallMap<number>
}

// Shared until the first one comes: most of ten thousand clients never need a list of their own.
export const NO_EXCHANGES: number[] = []

/** Clients by name and by number; numbers are given again when a client is forgotten. */
export class ClientTable {
  private readonly byName = new Map<string, ClientState>()
  private readonly byIx: (ClientState | undefined)[] = [undefined]
  private readonly spare: number[] = []
  /** Rows that refer to each client, which is forgotten when there are none and it is not connected. */
  private refs = new Int32Array(64)

  get size(): number {
    return this.byName.size
  }

  find(name: string): ClientState | undefined {
    return this.byName.get(name)
  }

  get(name: string): ClientState {
    return this.byName.get(name) ?? this.create(name)
  }

  at(ix: number): ClientState | undefined {
    return this.byIx[ix]
  }

  name(ix: number): string {
    return this.byIx[ix]?.name ?? ''
  }

  retain(ix: number): void {
    this.refs[ix] = (this.refs[ix] as number) + 1
  }

  release(ix: number): void {
    const left = (this.refs[ix] as number) - 1
    this.refs[ix] = left
    const client = left > 0 ? undefined : this.byIx[ix]
    if (client) this.sweep(client)
  }

  /** Forgets a client that nothing refers to. */
  sweep(client: ClientState): void {
    if ((this.refs[client.ix] as number) > 0 || client.connections > 0 || this.byIx[client.ix] !== client)
      return
    this.byName.delete(client.name)
    this.byIx[client.ix] = undefined
    this.spare.push(client.ix)
  }

  private create(name: string): ClientState {
    const ix = this.spare.pop() ?? this.byIx.length
    if (ix >= this.refs.length) {
      const refs = new Int32Array(this.refs.length * 2)
      refs.set(this.refs)
      this.refs = refs
    }
    this.refs[ix] = 0
    const client: ClientState = {
      ix,
      name,
      connections: 0,
      clean: true,
      lastExchange: 0,
      reached: null,
      arrived: NO_EXCHANGES,
      aliases: [null, null],
      lastPacket: 0,
      ending: null,
      said: false,
      saidReason: 0,
      will: false,
      receiveMaximum: 0,
      requests: new SmallMap(),
    }
    this.byIx[ix] = client
    this.byName.set(name, client)
    return client
  }
}
