/** Path of the Electron binary, or why there is none. */
export function findElectron(env?: NodeJS.ProcessEnv): { path: string | null; why: string }
/** Why this machine cannot show a window, or null. */
export function noDisplayReason(env?: NodeJS.ProcessEnv, platform?: NodeJS.Platform): string | null
/** Why the desktop window is not to be opened here, or null. */
export function noWindowReason(env?: NodeJS.ProcessEnv, platform?: NodeJS.Platform): string | null
/** Downloads the runtime. Resolves to null, or why it did not work. */
export function fetchElectron(
  say: (line: string) => void,
  signal?: AbortSignal,
  env?: NodeJS.ProcessEnv,
): Promise<string | null>
