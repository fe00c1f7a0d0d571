import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LoadProgress } from '../contract/load-report'
import { LoadMetrics } from '../engine/load/report/metrics'
import { UsageError } from './failure'

/** A running Prometheus endpoint. */
export interface MetricsServer {
  url: string
  update(p: LoadProgress): void
  close(): void
}

/**
 * Serves `/metrics` while a load test runs; `onFault` gets what its listener meets meanwhile.
 * @param address of this computer; anyone who reaches it can read the figures
 * @throws UsageError when the port is taken or the address is none of this computer
 */
export async function serveMetrics(
  port: number,
  address: string,
  runId: string,
  onFault: (thrown: unknown) => void,
): Promise<MetricsServer> {
  const metrics = new LoadMetrics(runId)
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    const failed = (e: NodeJS.ErrnoException): void => {
      if (e.code === 'EADDRNOTAVAIL' || e.code === 'ENOTFOUND') {
        reject(new UsageError(`--metrics-address: found ${address}; expected an address of this computer`))
        return
      }
      const why = e.code === 'EADDRINUSE' ? 'is in use; choose another, or 0 for a free one' : e.message
      reject(new UsageError(`--metrics-port: ${port} ${why}`))
    }
    server.once('error', failed)
    server.listen(port, address, () => {
      server.off('error', failed)
      server.on('error', onFault)
      resolve()
    })
  })
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${bound}/metrics`,
    update: (p) => metrics.update(p),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
