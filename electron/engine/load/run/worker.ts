import { parentPort, workerData } from 'node:worker_threads'
import type { BrokerInit, WorkerInit } from './messages'

/** Entry of the load generator's threads: one part of the clients, or the embedded broker. Each reads only its own code. */
const init = workerData as WorkerInit | BrokerInit
const port = parentPort
if (port !== null) {
  // Without await at the top, so that the tests' older runtime can read it as CommonJS.
  if (init.role === 'worker') void import('./run-worker').then((own) => own.runWorker(init, port))
  else void import('./embedded-broker').then((own) => own.runEmbeddedBroker(port))
}
