import type { Socket } from 'node:net'
import type { Note } from '../../../../contract/model'
import type { Clock } from '../../clock/clock'
import { logMessages } from '../log-messages'
import type { BrokerLimits } from '../types'
import { RateGate } from './rate-gate'

/** Addresses whose rate is remembered. */
const ADDRESSES = 4096

interface Waiting {
  socket: Socket
  address: string
}

/**
 * Decides about sockets before anything is read from them. So many may wait for their CONNECT: when there is one too many,
 * the oldest is closed, so that silent sockets take nobody's place.
 */
export class Admission {
  private readonly rate: RateGate
  private readonly rates = new Map<string, RateGate>()
  /** By address and port, the oldest first. */
  private readonly waiting = new Map<string, Waiting>()
  /** Those of each address, the oldest first. */
  private readonly perAddress = new Map<string, Set<string>>()

  constructor(
    private readonly limits: BrokerLimits,
    private readonly clock: Clock,
  ) {
    this.rate = new RateGate(limits.connectionsPerSecond, clock)
  }

  /** Why the socket is not taken, or null. */
  take(socket: Socket): Note | null {
    const address = socket.remoteAddress ?? '?'
    const { connectionsPerSecond, connectionsPerAddress, unconnected, unconnectedPerAddress } = this.limits
    if (!this.rateOf(address).take()) return logMessages.tooManyOfAddress(address, connectionsPerAddress)
    if (!this.rate.take()) return logMessages.tooManyConnections(connectionsPerSecond)
    const own = this.perAddress.get(address)
    if (own !== undefined && own.size >= unconnectedPerAddress) this.dropOldest(own)
    if (this.waiting.size >= unconnected) this.dropOldest(this.waiting.keys())
    const remote = `${address}:${socket.remotePort ?? 0}`
    this.waiting.set(remote, { socket, address })
    this.of(address).add(remote)
    socket.once('close', () => this.letGo(remote, socket))
    return null
  }

  /** A client at this address and port was let in. */
  connected(remote: string): void {
    this.letGo(remote)
  }

  /** True at most once per second. */
  mayLog(): boolean {
    return this.rate.mayLog()
  }

  private rateOf(address: string): RateGate {
    const known = this.rates.get(address)
    if (known !== undefined) return known
    if (this.rates.size >= ADDRESSES) this.rates.clear()
    const gate = new RateGate(this.limits.connectionsPerAddress, this.clock)
    this.rates.set(address, gate)
    return gate
  }

  private of(address: string): Set<string> {
    const known = this.perAddress.get(address)
    if (known !== undefined) return known
    const remotes = new Set<string>()
    this.perAddress.set(address, remotes)
    return remotes
  }

  private dropOldest(remotes: Iterable<string>): void {
    for (const remote of remotes) {
      const socket = this.waiting.get(remote)?.socket
      this.letGo(remote)
      socket?.destroy()
      return
    }
  }

  private letGo(remote: string, socket?: Socket): void {
    const w = this.waiting.get(remote)
    if (w === undefined || (socket !== undefined && w.socket !== socket)) return
    this.waiting.delete(remote)
    const own = this.of(w.address)
    own.delete(remote)
    if (own.size === 0) this.perAddress.delete(w.address)
  }
}
