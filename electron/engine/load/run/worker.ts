import { parentPort, workerData } from 'node:worker_threads'
import { runEmbeddedBroker } from './embedded-broker'
import type { BrokerInit, LaneInit } from './messages'
import { runLane } from './run-lane'

/** Entry of the load generator's threads: one part of the clients, or the embedded broker. */
const init = workerData as LaneInit | BrokerInit
if (parentPort !== null) {
  if (init.role === 'lane') runLane(init, parentPort)
  else runEmbeddedBroker(parentPort)
}
