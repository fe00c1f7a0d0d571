import type { IClientOptions } from 'mqtt'
import { createKeepAliveTimer } from './keep-alive-timer'
import { PacketIds } from './packet-ids'
import type { DeviceDeps, DeviceSpec } from './types'
import { connectProperties, willOf } from './version5'

/** mqtt.js counts this in real time; ours counts on the clock. */
const NEVER_MS = 2_147_483_647
const NO_LOG = (): void => undefined

/** What keep-alive asks of a device. */
export interface Heartbeat {
  /** Clock ms of the last packet from the broker. */
  heardMs(): number
  /** Counts from now on again. */
  restart(): void
}

/** How a device's mqtt.js client is set up: what its group says, and everything that takes time on the clock. */
export function clientOptions(
  spec: DeviceSpec,
  { credentials, clock }: Pick<DeviceDeps, 'credentials' | 'clock'>,
  heartbeat: Heartbeat,
): IClientOptions {
  const { group, clientId } = spec
  return {
    clientId,
    clean: group.clean,
    keepalive: Math.round(group.keepAlive / 1000),
    protocolVersion: group.protocol,
    reconnectPeriod: 0,
    connectTimeout: NEVER_MS,
    queueQoSZero: false,
    log: NO_LOG,
    resubscribe: false,
    messageIdProvider: new PacketIds(),
    reschedulePings: false,
    timerVariant: createKeepAliveTimer(clock, heartbeat.heardMs, heartbeat.restart),
    ...credentials(),
    ...connectProperties(group),
    ...willOf(group, spec),
  }
}
