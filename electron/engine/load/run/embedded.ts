import type { BrokerReport } from './embedded-broker'
import { LoadError } from './failures'
import { spawnWorker } from './spawn'

/** The embedded broker in a thread of its own. */
export interface EmbeddedHandle {
  url: string
  close(): Promise<void>
}

/** @throws LoadError when it cannot listen */
export async function startEmbedded(): Promise<EmbeddedHandle> {
  const worker = spawnWorker({ role: 'broker' })
  const report = await new Promise<BrokerReport>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  if (report.type === 'failed') {
    await worker.terminate()
    throw new LoadError(`the embedded broker could not start: ${report.text}`, 'start')
  }
  return {
    url: report.url,
    async close() {
      await worker.terminate()
    },
  }
}
