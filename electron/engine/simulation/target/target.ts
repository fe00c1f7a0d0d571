import { ApiError } from '../../../contract/errors'
import type { BrokerStatus } from '../../../contract/model'
import type { PacketPort } from '../../mqtt/port'
import type { EmbeddedBroker } from '../broker/types'
import type { Credentials } from '../fleet/types'

/** The broker that clients are attached to: the embedded one or an external one. */
export interface BrokerTarget {
  /** Null for an external broker. */
  readonly embedded: EmbeddedBroker | null
  /** What our devices log in with; null where they need nothing. */
  readonly credentials: Credentials | null
  /** Takes the broker's end of a client's connection. */
  attach(end: PacketPort, clientId: string): void
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
