import { readFile } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import { isLoopback } from '../../contract/loopback'
import { ApiError } from '../../contract/errors'
import type { BrokerStatus, Note } from '../../contract/model'
import type { EmbeddedBrokerConfig } from '../../contract/scenario'
import { createBroker } from './broker/broker'
import {
  ListenerError,
  type BrokerDeps,
  type BrokerUser,
  type EmbeddedBroker,
  type ListenerSpec,
} from './broker/types'
import { note } from '../base/notes'

/** Ports tried after the one asked for. */
const MORE_PORTS = 20

/** Where the devices' links lead: the embedded broker or an external one. */
export interface BrokerHost {
  attach(end: Duplex, clientId: string): void
  status(): BrokerStatus
  /** Null for an external broker. */
  readonly embedded: EmbeddedBroker | null
  close(): Promise<void>
}

type Env = Readonly<Record<string, string | undefined>>

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

function usersOf(config: EmbeddedBrokerConfig, env: Env): BrokerUser[] | undefined {
  return config.users?.map(({ passwordEnv, ...user }) => ({ ...user, password: secret(env, passwordEnv) }))
}

/** Opens the listener on the port asked for or, if that is taken and need not be exact, on the next free one. */
async function listenNear(broker: EmbeddedBroker, spec: ListenerSpec, exact: boolean): Promise<Note | null> {
  for (let port = spec.port; ; port++) {
    try {
      await broker.listen({ ...spec, port })
      if (port === spec.port) return null
      return note('port-taken', 'Port {wanted} was taken; the broker listens on {port}.', {
        wanted: spec.port,
        port,
      })
    } catch (thrown) {
      if (!(thrown instanceof ListenerError)) throw thrown
      const next = thrown.code === 'EADDRINUSE' && !exact && spec.port !== 0 && port < spec.port + MORE_PORTS
      if (!next) throw new ApiError('conflict', thrown.message)
    }
  }
}

/** Says that other machines can connect, where the scenario opens the broker to a network. */
function exposure({ host, users }: EmbeddedBrokerConfig): Note | null {
  if (isLoopback(host)) return null
  return users
    ? note('open-with-users', 'The broker listens on {host}: other machines can connect with a user name.', {
        host,
      })
    : note('open-to-all', 'The broker listens on {host}: every machine that reaches it can connect.', {
        host,
      })
}

async function readTls(
  config: NonNullable<EmbeddedBrokerConfig['tls']>,
): Promise<{ cert: string; key: string } | undefined> {
  if (!config.certFile || !config.keyFile) return undefined
  try {
    const [cert, key] = await Promise.all([
      readFile(config.certFile, 'utf8'),
      readFile(config.keyFile, 'utf8'),
    ])
    return { cert, key }
  } catch (thrown) {
    throw new ApiError(
      'bad-scenario',
      `broker.tls: ${thrown instanceof Error ? thrown.message : 'cannot be read'}`,
    )
  }
}

/**
 * Starts the embedded broker with its listeners.
 * @throws ApiError `conflict` when a fixed port is taken, `bad-scenario` for a missing password or certificate
 */
export async function startEmbedded(
  config: EmbeddedBrokerConfig,
  deps: BrokerDeps,
  env: Env,
): Promise<BrokerHost> {
  const users = usersOf(config, env)
  const broker = createBroker(deps, { limits: config.limits, ...(users ? { users } : {}) })
  const { host, fixedPort } = config
  let taken: Note | null
  try {
    taken = await listenNear(broker, { kind: 'tcp', host, port: config.port }, fixedPort)
    if (config.wsPort !== undefined) {
      taken = (await listenNear(broker, { kind: 'ws', host, port: config.wsPort }, fixedPort)) ?? taken
    }
    if (config.tls) {
      const tls = await readTls(config.tls)
      const spec: ListenerSpec = { kind: 'tls', host, port: config.tls.port, ...(tls ? { tls } : {}) }
      taken = (await listenNear(broker, spec, fixedPort)) ?? taken
    }
  } catch (thrown) {
    await broker.close()
    throw thrown
  }
  const exposed = exposure(config)
  let open = true
  return {
    embedded: broker,
    attach: (end, clientId) => broker.attach(end, { device: true, clientId }),
    status: () => ({
      kind: 'embedded',
      state: open ? 'up' : 'down',
      listeners: broker.listeners().map(({ kind, url }) => ({ kind, url })),
      url: null,
      note: taken ?? exposed,
    }),
    close: async () => {
      open = false
      await broker.close()
    },
  }
}
