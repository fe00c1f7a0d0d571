import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { urlOf } from '../web/listen'
import type { CliContext } from './command'
import { UsageError } from './failure'
import { listenAddress } from './listen-address'

/** What `/metrics` shows. */
export interface MetricsSource {
  readonly contentType: string
  metrics(): Promise<string>
}

/** A running Prometheus endpoint. */
export interface MetricsServer {
  close(): void
}

/**
 * Serves `/metrics` and says where on standard error. Anyone who reaches the address can read the figures.
 * @param address PORT or HOST:PORT as given to `--metrics`; undefined: nothing is served
 * @throws UsageError when the port is taken or the address is none of this computer
 */
export async function serveMetrics(
  { stderr }: Pick<CliContext, 'stderr'>,
  address: string | undefined,
  source: MetricsSource,
): Promise<MetricsServer | undefined> {
  if (address === undefined) return undefined
  const { host, port } = listenAddress('--metrics', address)
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    source.metrics().then(
      (text) => response.writeHead(200, { 'content-type': source.contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  server.headersTimeout = 10_000
  server.requestTimeout = 10_000
  await new Promise<void>((resolve, reject) => {
    const failed = (e: NodeJS.ErrnoException): void =>
      reject(new UsageError(`--metrics: ${why(e, host, port)}`))
    server.once('error', failed)
    server.listen(port, host, () => {
      server.off('error', failed)
      server.on('error', (e) => stderr.write(`warning: --metrics: ${e.message}\n`))
      resolve()
    })
  })
  stderr.write(`metrics ${urlOf({ host, port: (server.address() as AddressInfo).port })}/metrics\n`)
  return {
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function why(e: NodeJS.ErrnoException, host: string, port: number): string {
  if (e.code === 'EADDRNOTAVAIL' || e.code === 'ENOTFOUND')
    return `found ${host}; expected an address of this computer`
  return e.code === 'EADDRINUSE' ? `port ${port} is in use; choose another, or 0 for a free one` : e.message
}
