import type { LoadConfig } from '../../../contract/load-config'
import { readClientList, type ClientRow } from './client-list'
import { clientNumbers } from './fleet'
import type { Part } from './slice'

/** What a list says of the clients of this process, if there is one. */
export class ClientRows {
  private constructor(
    private readonly config: LoadConfig,
    private readonly rows: ReadonlyMap<number, ClientRow> | null,
  ) {}

  /** @throws LoadError for a list that is wrong */
  static async read(config: LoadConfig, part: Part): Promise<ClientRows> {
    if (config.clients === undefined) return new ClientRows(config, null)
    const own = clientNumbers(config, part)
    const all = config.publishers + config.subscribers
    return new ClientRows(config, await readClientList(config.clients, all, (client) => own.has(client)))
  }

  get(client: number): ClientRow | undefined {
    return this.rows?.get(client)
  }

  /** Those of a worker's part. */
  of(part: Part): ReadonlyMap<number, ClientRow> | undefined {
    if (this.rows === null) return undefined
    const own = clientNumbers(this.config, part)
    return new Map([...this.rows].filter(([number]) => own.has(number)))
  }
}
