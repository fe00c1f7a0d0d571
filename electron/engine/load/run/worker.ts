import { parentPort, workerData } from 'node:worker_threads'
import { runEmbeddedBroker } from './embedded-broker'
import type { BrokerInit, WorkerInit } from './messages'
import { runWorker } from './run-worker'

/** Entry of the load generator's threads: one part of the clients, or the embedded broker. */
const init = workerData as WorkerInit | BrokerInit
if (parentPort !== null) {
  if (init.role === 'worker') runWorker(init, parentPort)
  else runEmbeddedBroker(parentPort)
}
