import { isLoopback } from '../../../contract/loopback'
import type { Note } from '../../../contract/model'
import type { EmbeddedBrokerConfig } from '../../../contract/scenario'
import { note } from '../../base/notes'
import { listenNear, readPem, readTls } from './listen-near'
import { createBroker } from '../broker/broker'
import {
  type BrokerDeps,
  type BrokerOptions,
  type BrokerUser,
  type EmbeddedBroker,
  type ListenerSpec,
} from '../broker/types'
import { secret, type BrokerTarget, type Env } from './target'

function usersOf(config: EmbeddedBrokerConfig, env: Env): BrokerUser[] | undefined {
  return config.users?.map(({ passwordEnv, ...user }) => ({ ...user, password: secret(env, passwordEnv) }))
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

/** @param about what people should know about its listeners */
function targetOf(broker: EmbeddedBroker, about: Note | null): BrokerTarget {
  let open = true
  return {
    embedded: broker,
    credentials: null,
    attach: (end, clientId, guest) =>
      broker.attach(end, guest ? { device: false, ...guest, linked: clientId } : { device: true, clientId }),
    accept: (stream, remote, listener) => broker.accept(stream, remote, listener),
    status: () => ({
      kind: 'embedded',
      state: open && !broker.away ? 'up' : 'down',
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
export const startIsolated = (deps: BrokerDeps, options: Pick<BrokerOptions, 'qos2'>): BrokerTarget =>
  targetOf(createBroker(deps, options), null)

/**
 * Starts the embedded broker with its listeners.
 * @throws ApiError `conflict` when a fixed port is taken, `bad-scenario` for a missing password or certificate
 */
export async function startEmbedded(
  config: EmbeddedBrokerConfig,
  deps: BrokerDeps,
  { env, version }: { env: Env; version?: string },
): Promise<BrokerTarget> {
  const users = usersOf(config, env)
  const broker = createBroker(deps, {
    limits: config.limits,
    sysInterval: config.sysInterval,
    refuse: config.refuse,
    qos2: config.qos2,
    ...(version === undefined ? {} : { version }),
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
  const open = (spec: ListenerSpec) => broker.listen(spec)
  let taken = await listenNear(open, { kind: 'tcp', host, port: config.port }, fixedPort)
  if (config.wsPort !== undefined) {
    taken = (await listenNear(open, { kind: 'ws', host, port: config.wsPort }, fixedPort)) ?? taken
  }
  if (config.tls) {
    const tls = await readTls(config.tls, 'broker.tls')
    const clientCa = await readPem(config.tls.clientCaFile, 'broker.tls.clientCaFile')
    const spec: ListenerSpec = {
      kind: 'tls',
      host,
      port: config.tls.port,
      ...(tls && { tls }),
      ...(clientCa !== undefined && { clientCa }),
    }
    taken = (await listenNear(open, spec, fixedPort)) ?? taken
  }
  return taken
}
