import type { IClientOptions } from 'mqtt'
import { SmallMap } from '../../base/small-map'

type IMessageIdProvider = NonNullable<IClientOptions['messageIdProvider']>

const MAX = 65_535

/**
 * Packet identifiers in rising order, so that consecutive messages are easy to tell apart on a timeline; one that is
 * in use is skipped [MQTT-2.3.1-2].
 */
export class PacketIds implements IMessageIdProvider {
  private readonly used = new SmallMap<true>()
  private last = 0

  /** Null when all are in use; typed as the library types it. */
  allocate(): number {
    if (this.used.size >= MAX) return null as unknown as number
    do this.last = (this.last % MAX) + 1
    while (this.used.get(this.last))
    this.used.set(this.last, true)
    return this.last
  }

  getLastAllocated(): number {
    return this.last
  }

  register(id: number): boolean {
    if (this.used.get(id)) return false
    this.used.set(id, true)
    return true
  }

  deallocate(id: number): void {
    this.used.delete(id)
  }

  clear(): void {
    this.used.clear()
  }
}
