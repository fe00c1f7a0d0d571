import { performance } from 'node:perf_hooks'
import { brokerHost } from '../contract/loopback'
import type { Scenario } from '../contract/scenario'
import { ProxyCounts, type ProxyReport } from '../engine/proxy/counts'
import type { HandshakeTimes } from '../engine/proxy/handshake-times'
import type { SimulationObserver } from '../engine/simulation/observers'
import { startWebHost } from '../web/web-host'
import type { CliContext } from './command'
import { builtPage } from './serve'
import { openDesk } from './serve-workspace'

/** A proxy as the command uses it. */
export interface RunningProxy {
  /** Address for the clients. */
  readonly url: string
  /** Address of the page; null where there is none. */
  readonly page: string | null
  report(): ProxyReport
  /** How long handshakes take. */
  readonly times: HandshakeTimes
  /** The newest packets as pcapng; null where none are kept. */
  pcapng(): Uint8Array | null
  /** Ends all connections. */
  close(): Promise<void>
}

/**
 * The proxy as the run of a lab without devices, shown live on a page of this computer: every connection comes over its link,
 * which can be changed there.
 * @throws as `Engine.open`
 */
export async function startPagedProxy(
  context: CliContext,
  scenario: Scenario,
  { port, watch }: { port: number; watch: SimulationObserver | null },
): Promise<RunningProxy> {
  const root = builtPage(context)
  const counts = new ProxyCounts(() => performance.now())
  const { engine, workspace, extend, onInternalError, close } = await openDesk(context, {
    observers: [{ links: counts.links }, ...(watch ? [watch] : [])],
  })
  try {
    await workspace.load()
    // Who names a target on the command line agrees to connect to it.
    const host = scenario.broker.kind === 'external' ? brokerHost(scenario.broker.url) : null
    if (host) engine.allowHost(host)
    await engine.open(scenario, null)
    const web = await startWebHost({
      engine,
      root,
      host: '127.0.0.1',
      port,
      extend,
      onInternalError,
    })
    return {
      url: engine.status().broker.lossy?.[0]?.url ?? '',
      page: `http://127.0.0.1:${web.port}/#/handshakes`,
      report: () => counts.report(),
      times: counts.times,
      pcapng: () => engine.pcapng(''),
      close: async () => {
        await web.close()
        await close()
      },
    }
  } catch (thrown) {
    await close()
    throw thrown
  }
}
