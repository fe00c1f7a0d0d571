import { networkInterfaces } from 'node:os'
import { performance } from 'node:perf_hooks'
import { ApiError } from '../../contract/errors'
import type { ShareState } from '../../contract/share'
import type { Engine, Sharing } from '../../engine/types'
import { shareAddresses } from './addresses'
import { Bucket } from './limits'
import { Room, roomLimits, type RoomLimits } from './room'
import { systemSecrets, type Secrets } from './secrets'
import { startShareHost, type ShareHost } from './share-host'
import { viewerLimits, type ViewerLimits } from './viewer-socket'

export interface SharingOptions {
  engine: Pick<Engine, 'session'>
  /** Folder of the built page. */
  root: string
  onInternalError: (where: string, thrown: unknown) => void
  /** @default as documented with each */
  limits?: Partial<RoomLimits & ViewerLimits>
  /** @default the system's own randomness */
  secrets?: Secrets
  /** ms of a clock that never jumps. @default the system's */
  now?: () => number
  /** @default this machine's */
  interfaces?: typeof networkInterfaces
}

/** Commands of all viewers together, in units of a light one. */
const COMMANDS_IN_ALL = { burst: 600, perSecond: 300 }
/** How often seats of those who left are given up. */
const SWEEP_MS = 5000

/** What is there while a class is let in. */
interface ShareSession {
  room: Room
  host: ShareHost
  sweep: NodeJS.Timeout
}

/** Lets a class in and out; off until started. */
export function createSharing(options: SharingOptions): Sharing {
  return new ClassSharing(options)
}

class ClassSharing implements Sharing {
  revision = 0
  private session: ShareSession | null = null
  private starting = false
  private readonly limits: RoomLimits & ViewerLimits
  private readonly now: () => number

  constructor(private readonly options: SharingOptions) {
    this.limits = { ...roomLimits, ...viewerLimits, ...options.limits }
    this.now = options.now ?? (() => performance.now())
  }

  addresses() {
    return shareAddresses((this.options.interfaces ?? networkInterfaces)())
  }

  state(): ShareState {
    if (!this.session) return { on: false }
    const { room, host } = this.session
    const { code, validMs } = room.joinCode()
    const { maxViewers } = this.limits
    return { on: true, url: `${host.url}/`, code, codeValidMs: validMs, viewers: room.viewers(), maxViewers }
  }

  async start(at: { address: string; port?: number }): Promise<ShareState> {
    if (this.session || this.starting) throw new ApiError('conflict', 'the session is already shared')
    if (!this.addresses().some((a) => a.address === at.address)) {
      throw new ApiError('unavailable', `${at.address} is not an address of this computer`)
    }
    this.starting = true
    try {
      this.session = await this.open(at)
    } finally {
      this.starting = false
    }
    this.changed()
    return this.state()
  }

  private async open(at: { address: string; port?: number }): Promise<ShareSession> {
    const { engine, root, onInternalError, secrets = systemSecrets } = this.options
    const { limits, now } = this
    const room = new Room({ now, secrets, limits, onChange: () => this.changed() })
    const inAll = new Bucket(COMMANDS_IN_ALL, now)
    const viewers = { engine, now, limits, inAll, onInternalError }
    const host = await startShareHost({ ...at, root, room, viewers }, limits.maxViewers)
    return { room, host, sweep: setInterval(() => room.sweep(), SWEEP_MS) }
  }

  async stop(): Promise<void> {
    const { session } = this
    if (!session) return
    this.session = null
    clearInterval(session.sweep)
    session.room.close()
    await session.host.close()
    this.changed()
  }

  renewCode(): ShareState {
    this.room.renewCode()
    return this.state()
  }

  handOver(viewer: string): ShareState {
    this.room.handOver(viewer)
    return this.state()
  }

  takeBack(): ShareState {
    this.room.takeBack()
    return this.state()
  }

  remove(viewer: string): ShareState {
    this.room.remove(viewer)
    return this.state()
  }

  private get room(): Room {
    if (!this.session) throw new ApiError('conflict', 'the session is not shared')
    return this.session.room
  }

  private changed(): void {
    this.revision++
  }
}
