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
 * Serves `/metrics` on loopback while a load test runs; `onFault` gets what its listener meets meanwhile.
 * @throws UsageError when the port is taken
 */
export async function serveMetrics(
  port: number,
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
      const why = e.code === 'EADDRINUSE' ? 'is in use; choose another, or 0 for a free one' : e.message
      reject(new UsageError(`--metrics-port: ${port} ${why}`))
    }
    server.once('error', failed)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', failed)
      server.on('error', onFault)
      resolve()
    })
  })
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${bound}/metrics`,
    update: (p) => metrics.update(p),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
