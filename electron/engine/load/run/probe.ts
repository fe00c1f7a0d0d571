import type { LoadConfig } from '../../../contract/load-config'
import { WireClient } from '../wire/client'
import type { ClientEvents } from '../wire/client-types'
import { FlushQueue } from '../wire/flush-queue'
import type { Dial } from '../wire/transport'
import { LoadError, explain } from './failures'
import type { Credentials } from './messages'

const TICK_MS = 250

/** How to fix a refusal. */
function hint(cause: string): string {
  if (/password|authorized/.test(cause)) return '; check --username and --password-env'
  return /protocol version/.test(cause) ? '; try --protocol 3.1.1 or 5.0' : ''
}

const ignore = (): void => undefined

/**
 * Connects once and disconnects, so that a wrong address, password or certificate is reported in one line before
 * thousands of clients meet it.
 * @throws LoadError
 */
export function probe(
  config: LoadConfig,
  credentials: Credentials,
  runId: string,
  dial: Dial,
  now: () => number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let connected = false
    const finish = (error: LoadError | null): void => {
      clearInterval(timer)
      if (error === null) resolve()
      else reject(error)
    }
    const events: ClientEvents = {
      connected: () => (connected = true),
      ready: () => client.end(),
      refused: ignore,
      closed: (_c, cause, error) =>
        finish(
          connected && cause === 'ended'
            ? null
            : new LoadError(
                `cannot connect to ${config.url}: ${explain(cause, error)}${hint(cause)}`,
                'start',
              ),
        ),
      acknowledged: ignore,
      sent: ignore,
      confirmed: ignore,
      failed: ignore,
      arrived: ignore,
      anomaly: ignore,
      bytes: ignore,
    }
    const fields = {
      clientId: `fl-${runId}-probe`,
      level: config.protocol,
      clean: true,
      keepAlive: 30,
      username: config.username,
      password: credentials.password,
      window: 1,
      refillAt: 0,
      barriers: false,
      filters: [],
      subscribeQos: 0 as const,
      resume: false,
      localAddress: config.localAddresses[0],
    }
    const client = new WireClient(0, fields, null, {
      dial,
      flushQueue: new FlushQueue(setImmediate),
      events,
      now,
    })
    const timer = setInterval(() => client.tick(now()), TICK_MS)
    client.connect()
  })
}
