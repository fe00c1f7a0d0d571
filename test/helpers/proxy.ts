import { listenAt, proxyScenario, type ProxyFlags } from '../../electron/cli/proxy-flags'
import { scenarioSchema } from '../../electron/contract/scenario'
import { startProxy, type Proxy, type ProxyOptions } from '../../electron/engine/proxy/proxy'

const FLAGS: Omit<ProxyFlags, 'target'> = {
  listen: listenAt('0'),
  link: 'radio',
  recovery: 'reconnect',
  timeout: 100,
  clients: '*',
  seed: 7,
}
const open: Proxy[] = []

/** Ends the proxies of a test. */
export const closeProxies = (): Promise<unknown> => Promise.all(open.splice(0).map((p) => p.close()))

/** A proxy to a broker as the command makes it, with seed 7 and on a port that the system chooses. */
export async function proxyTo(
  target: string,
  flags: Partial<ProxyFlags> = {},
  more: Partial<ProxyOptions> = {},
): Promise<{ proxy: Proxy; url: string; port: number }> {
  const scenario = scenarioSchema.parse(proxyScenario({ ...FLAGS, target, ...flags }))
  const proxy = await startProxy({ scenario, env: {}, keep: false, log: () => undefined, ...more })
  open.push(proxy)
  const url = proxy.listeners()[0]?.url ?? ''
  return { proxy, url, port: Number(/:(\d+)/.exec(url)?.[1]) }
}
