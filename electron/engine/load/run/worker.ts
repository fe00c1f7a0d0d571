import { parentPort, workerData } from 'node:worker_threads'
import type { BrokerInit, WorkerInit } from './messages'

/** Entry of the load generator's threads: one part of the clients, or the embedded broker. Each reads only its own code. */
const init = workerData as WorkerInit | BrokerInit
if (parentPort !== null) {
  if (init.role === 'worker') (await import('./run-worker')).runWorker(init, parentPort)
  else (await import('./embedded-broker')).runEmbeddedBroker(parentPort)
}
