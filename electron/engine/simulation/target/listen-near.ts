import { readFile } from 'node:fs/promises'
import { ApiError } from '../../../contract/errors'
import type { Note } from '../../../contract/model'
import { note } from '../../base/notes'
import { ListenerError, type ListenerInfo, type ListenerSpec } from '../broker/types'

/** Ports tried after the one asked for. */
const MORE_PORTS = 20

/** Opens the listener on the port asked for or, if that is taken and need not be exact, on the next free one. */
export async function listenNear(
  listen: (spec: ListenerSpec) => Promise<ListenerInfo>,
  spec: ListenerSpec,
  exact: boolean,
): Promise<Note | null> {
  for (let port = spec.port; ; port++) {
    try {
      await listen({ ...spec, port })
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

/**
 * Certificate and key as text; undefined where none are named.
 * @param where the files are named in the scenario
 * @throws ApiError `bad-scenario` when they cannot be read
 */
export async function readTls(
  config: { certFile?: string | undefined; keyFile?: string | undefined },
  where: string,
): Promise<{ cert: string; key: string } | undefined> {
  const [cert, key] = await Promise.all([
    readPem(config.certFile, `${where}.certFile`),
    readPem(config.keyFile, `${where}.keyFile`),
  ])
  return cert === undefined || key === undefined ? undefined : { cert, key }
}

/** Text of a file that a scenario names; undefined where it names none. @throws ApiError `bad-scenario` when it cannot be read */
export async function readPem(file: string | undefined, where: string): Promise<string | undefined> {
  if (file === undefined || file === '') return undefined
  try {
    return await readFile(file, 'utf8')
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : 'cannot be read'
    throw new ApiError('bad-scenario', `${where}: ${why}`)
  }
}
