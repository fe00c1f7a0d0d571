import type { EngineApi, HostInfo } from './api'
import { DRIVER_COMMANDS, READ_ONLY_COMMANDS } from './api-schemas'
import { ApiError } from './errors'

/** host: the teacher's own page; viewer: one who joined; driver: a viewer who was handed the controls. */
export type Role = 'host' | 'driver' | 'viewer'

const GRANTED: Record<Exclude<Role, 'host'>, ReadonlySet<string>> = {
  viewer: new Set<string>(READ_ONLY_COMMANDS),
  driver: new Set<string>([...READ_ONLY_COMMANDS, ...DRIVER_COMMANDS]),
}

/** What is not granted by name is the host's alone. */
export const mayGive = (role: Role, command: keyof EngineApi): boolean =>
  role === 'host' || GRANTED[role].has(command)

/** @throws ApiError `forbidden` */
export function checkRole(role: Role, command: keyof EngineApi): void {
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
