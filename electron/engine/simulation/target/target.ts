import type { Duplex } from 'node:stream'
import { ApiError } from '../../../contract/errors'
import type { BrokerStatus } from '../../../contract/model'
import type { PacketPort } from '../../mqtt/port'
import type { EmbeddedBroker, ListenerKind } from '../broker/types'
import type { Credentials } from '../fleet/types'
import type { Guest } from '../link/types'
import type { Passage } from './pass-through'

/** The broker that clients are attached to: the embedded one or an external one. */
export interface BrokerTarget {
  /** Null for an external broker. */
  readonly embedded: EmbeddedBroker | null
  /** What our devices log in with; null where they need nothing. */
  readonly credentials: Credentials | null
  /**
   * Takes the broker's end of a client's connection.
   * @param guest where it comes from, if it is no device of ours
   */
  attach(end: PacketPort, clientId: string, guest?: Guest): void
  /**
   * Joins an external client's stream to the broker, without a link.
   * @param seen told of the bytes, by a broker elsewhere
   */
  accept(stream: Duplex, remote: string, listener: ListenerKind, seen?: Passage): void
  status(): BrokerStatus
  close(): Promise<void>
}

/** Environment variables, for passwords that a scenario names. */
export type Env = Readonly<Record<string, string | undefined>>

/** The value of an environment variable named in a scenario. @throws ApiError when it is not set */
export function secret(env: Env, name: string): string {
  const value = env[name]
  if (value === undefined) {
    throw new ApiError(
      'bad-scenario',
      `the environment variable ${name} named in the scenario is not set; set it to the password`,
    )
  }
  return value
}
