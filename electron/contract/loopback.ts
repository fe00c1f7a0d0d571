/** True for a host, as in a URL or bare, that only this machine reaches. */
export const isLoopback = (host: string): boolean =>
  ['localhost', '::1', '[::1]'].includes(host.toLowerCase()) || /^127(\.\d{1,3}){3}$/.test(host)

/** The host of a broker's URL, as it is written there; null for what is no such URL. */
export const brokerHost = (url: string): string | null =>
  /^(?:mqtts?|wss?):\/\/(\[[^\]]+\]|[^\s@/:?#\\]+)/.exec(url)?.[1] ?? null
