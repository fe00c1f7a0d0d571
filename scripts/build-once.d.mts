/** Builds if need be; `say` is told when it begins, `signal` ends it early. */
export function ensureBuilt(say: (line: string) => void, signal?: AbortSignal): Promise<void>
