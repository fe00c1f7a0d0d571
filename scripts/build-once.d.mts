/** Builds if need be; `say` is called when it starts, `signal` ends it early. */
export function ensureBuilt(say: (line: string) => void, signal?: AbortSignal): Promise<void>
