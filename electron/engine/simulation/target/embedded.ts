import { readFile } from 'node:fs/promises'
import { isLoopback } from '../../../contract/loopback'
import { ApiError } from '../../../contract/errors'
import type { Note } from '../../../contract/model'
import type { EmbeddedBrokerConfig } from '../../../contract/scenario'
import { note } from '../../base/notes'
import { createBroker } from '../broker/broker'
import {
  ListenerError,
  type BrokerDeps,
  type BrokerUser,
  type EmbeddedBroker,
  type ListenerSpec,
} from '../broker/types'
import { secret, type BrokerTarget, type Env } from './target'

/** Ports tried after the one asked for. */
const MORE_PORTS = 20

function usersOf(config: EmbeddedBrokerConfig, env: Env): BrokerUser[] | undefined {
  return config.users?.map(({ passwordEnv, ...user }) => ({ ...user, password: secret(env, passwordEnv) }))
}

/** Opens the listener on the port asked for or, if that is taken and need not be exact, on the next free one. */
async function listenNear(broker: EmbeddedBroker, spec: ListenerSpec, exact: boolean): Promise<Note | null> {
  for (let port = spec.port; ; port++) {
    try {
      await broker.listen({ ...spec, port })
      if (port === spec.port) return null
      return note('port-taken', 'Port {wanted} is already in use; the broker listens on {port}.', {
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
    ? note('open-with-users', 'The broker listens on {host}: other computers can connect with a user name.', {
        host,
      })
    : note('open-to-all', 'The broker listens on {host}: any computer that can reach it can connect.', {
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

/** @param about what people should know about its listeners */
function targetOf(broker: EmbeddedBroker, about: Note | null): BrokerTarget {
  let open = true
  return {
    embedded: broker,
    credentials: null,
    attach: (end, clientId) => broker.attach(end, { device: true, clientId }),
    status: () => ({
      kind: 'embedded',
      state: open ? 'up' : 'down',
      listeners: broker.listeners().map(({ kind, url }) => ({ kind, url })),
      url: null,
      note: about,
    }),
    close: async () => {
      open = false
      await broker.close()
    },
  }
}

/** An embedded broker without listeners: only what is attached inside the process reaches it. */
export const startIsolated = (deps: BrokerDeps): BrokerTarget => targetOf(createBroker(deps), null)

/**
 * Starts the embedded broker with its listeners.
 * @throws ApiError `conflict` when a fixed port is taken, `bad-scenario` for a missing password or certificate
 */
export async function startEmbedded(
  config: EmbeddedBrokerConfig,
  deps: BrokerDeps,
  env: Env,
): Promise<BrokerTarget> {
  const users = usersOf(config, env)
  const broker = createBroker(deps, {
    limits: config.limits,
    sysInterval: config.sysInterval,
    refuse: config.refuse,
    ...(users ? { users } : {}),
  })
  try {
    const taken = await openListeners(broker, config)
    return targetOf(broker, taken ?? exposure(config))
  } catch (thrown) {
    await broker.close()
    throw thrown
  }
}

/** The note says which port was taken, if one was. */
async function openListeners(broker: EmbeddedBroker, config: EmbeddedBrokerConfig): Promise<Note | null> {
  const { host, fixedPort } = config
  let taken = await listenNear(broker, { kind: 'tcp', host, port: config.port }, fixedPort)
  if (config.wsPort !== undefined) {
    taken = (await listenNear(broker, { kind: 'ws', host, port: config.wsPort }, fixedPort)) ?? taken
  }
  if (config.tls) {
    const tls = await readTls(config.tls)
    const spec: ListenerSpec = { kind: 'tls', host, port: config.tls.port, ...(tls ? { tls } : {}) }
    taken = (await listenNear(broker, spec, fixedPort)) ?? taken
  }
  return taken
}
