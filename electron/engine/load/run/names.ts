import type { LoadConfig } from '../../../contract/load-config'
import type { ClientRow } from './client-list'
import type { ConnectFields } from '../wire/frames'

/** Levels of topic names for one client: %i, %c and %u filled in, without what a topic name must not have. */
export const namedTopics = (
  templates: readonly string[],
  number: number,
  { clientId, username = '' }: Pick<ConnectFields, 'clientId' | 'username'>,
): string[] =>
  templates.map((t) =>
    t.replace(/%([icu%])/g, (_all, what: string) => {
      const value = what === 'i' ? String(number) : what === 'c' ? clientId : what === 'u' ? username : '%'
      return value.replace(/[+#]/g, '_')
    }),
  )

/** Fills %i (the number of a client), %c (its identifier) and %% in. */
const filled = (template: string, number: number, clientId: string): string =>
  template.replace(/%([ic%])/g, (_all, what: string) =>
    what === 'i' ? String(number) : what === 'c' ? clientId : '%',
  )

/**
 * Identifier, user name and will of one client.
 * @param number publishers from 0, subscribers after them
 * @param usual the identifier of a client without a template
 * @param row what a list says of it, which goes before templates
 */
export function nameClient(
  c: LoadConfig,
  number: number,
  usual: string,
  row: Pick<ClientRow, 'clientId' | 'username'> = {},
): Pick<ConnectFields, 'clientId' | 'username' | 'will'> {
  const clientId = row.clientId ?? (c.clientId === undefined ? usual : filled(c.clientId, number, ''))
  const own = (template: string): string => filled(template, number, clientId)
  return {
    clientId,
    username: row.username ?? (c.username === undefined ? undefined : own(c.username)),
    will:
      c.willTopic === undefined
        ? undefined
        : { topic: own(c.willTopic), payload: own(c.willPayload), qos: c.willQos },
  }
}
