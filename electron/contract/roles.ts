import type { HostInfo } from './api'
import type { Role } from './command-entry'
import { commands, type Command } from './commands'
import { ApiError } from './errors'

const RANK: Record<Role, number> = { viewer: 0, driver: 1, host: 2 }

export const mayGive = (role: Role, command: Command): boolean =>
  RANK[role] >= RANK[commands[command].allowed]

/** @throws ApiError `forbidden` */
export function checkRole(role: Role, command: Command): void {
  if (mayGive(role, command)) return
  throw new ApiError(
    'forbidden',
    role === 'driver'
      ? `${command} is not included in the controls: only the host can do it`
      : `viewers are not allowed to use ${command}`,
  )
}

/** The role of a page by what its host told it. */
export function roleOf(host: HostInfo): Role {
  if (host.readOnly) return 'viewer'
  return host.viewer === undefined ? 'host' : 'driver'
}
