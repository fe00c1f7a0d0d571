import type { WebSocket } from 'ws'
import type { EngineApi, HostInfo } from '../../contract/api'
import { commands as commandTable } from '../../contract/commands'
import { ApiError } from '../../contract/errors'
import { checkRole } from '../../contract/roles'
import { servePage, type PageLink } from '../../contract/rpc'
import type { Engine } from '../../engine/types'
import { createWebSocketChannel } from '../websocket-channel'
import { Bucket, type BucketSize } from './limits'
import type { Connection, Seat } from './room'

export interface ViewerLimits {
  /** Commands of one viewer, in units of a light one. @default 60, then 25 a second */
  commands: BucketSize
  /** Messages of one viewer before they are even read; more end the connection. @default 300, then 60 a second */
  messages: BucketSize
  /** A viewer that leaves this much unread gets nothing more on request. @default 4 MiB */
  maxUnreadBytes: number
  /** Pages ask for their scenario and status first; one that does not is no page. @default 10 s */
  helloMs: number
  /** How often a sign of life is asked for; one that is missed ends the connection. @default 20 s */
  heartbeatMs: number
  /** A viewer that has read nothing for so long while something waits for it is gone. @default 30 s */
  stalledMs: number
}

export const viewerLimits: ViewerLimits = {
  commands: { burst: 60, perSecond: 25 },
  messages: { burst: 300, perSecond: 60 },
  maxUnreadBytes: 4 * 1024 * 1024,
  helloMs: 10_000,
  heartbeatMs: 20_000,
  stalledMs: 30_000,
}

export interface ViewerContext {
  engine: Pick<Engine, 'session'>
  now: () => number
  limits: ViewerLimits
  /** Commands of all viewers together. */
  inAll: Bucket
  onInternalError: (where: string, thrown: unknown) => void
}

/** Serves the engine to one browser of a viewer, who may look and, with the controls, steer the run. */
export function serveViewer(
  socket: WebSocket,
  seat: Seat,
  context: ViewerContext,
  connect: (connection: Connection) => (() => void) | null,
): void {
  const { limits, now, onInternalError } = context
  const commands = new Bucket(limits.commands, now)
  const messages = new Bucket(limits.messages, now)
  const channel = createWebSocketChannel(socket)
  const watchdog = watch(socket, limits, now)
  // What the page gets at each hello: the controls may have changed hands by then.
  const host: HostInfo = {
    kind: 'web',
    viewer: seat.name,
    get readOnly() {
      return !seat.controls
    },
  }
  let link: PageLink | null = null
  const leave = connect({
    end: (ended) => {
      if (ended) link?.events.host({ ...host, ended })
      socket.close(4001, 'no longer admitted')
    },
    controlsChanged: () => link?.events.host({ ...host }),
  })
  if (!leave) {
    socket.close(4002, 'too many pages open for one viewer')
    return
  }
  channel.onClose(leave)
  // Counted before the contract's own listener reads anything.
  socket.prependListener('message', () => {
    if (!messages.take()) socket.terminate()
  })
  const guard = (command: keyof EngineApi): void => {
    if (command === 'hello') watchdog.greeted()
    checkRole(seat.controls ? 'driver' : 'viewer', command)
    const { cost } = commandTable[command]
    if (
      channel.bufferedBytes() > limits.maxUnreadBytes ||
      !commands.take(cost) ||
      !context.inAll.take(cost)
    ) {
      throw new ApiError('unavailable', 'too many requests at once; wait a moment and try again')
    }
  }
  const open = (page: PageLink) => {
    link = page
    return context.engine.session(page, host)
  }
  servePage(channel, open, {
    guard,
    worked: (units) => {
      commands.charge(units)
      context.inAll.charge(units)
    },
    // What a viewer sends that cannot be read is the viewer's fault; its connection ends, the log stays readable.
    onInternalError: (where, thrown) => where === 'decode' || onInternalError(where, thrown),
  })
}

/** Ends the connections of browsers that say nothing, answer nothing or read nothing. */
function watch(socket: WebSocket, limits: ViewerLimits, now: () => number): { greeted(): void } {
  let alive = true
  let readAtMs = now()
  let unread = 0
  const greeting = setTimeout(() => socket.terminate(), limits.helloMs)
  const heart = setInterval(() => {
    if (socket.bufferedAmount === 0 || socket.bufferedAmount < unread) readAtMs = now()
    unread = socket.bufferedAmount
    if (!alive || now() - readAtMs > limits.stalledMs) {
      socket.terminate()
      return
    }
    alive = false
    socket.ping()
  }, limits.heartbeatMs)
  socket.on('pong', () => (alive = true))
  socket.on('close', () => {
    clearTimeout(greeting)
    clearInterval(heart)
  })
  return { greeted: () => clearTimeout(greeting) }
}
