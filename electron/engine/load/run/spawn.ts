import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { BrokerInit, WorkerInit } from './messages'

/** Where the worker's code may be: beside a bundled main file, above its chunks, or this folder of a checkout. */
const CANDIDATES = ['./load-worker.js', '../load-worker.js', './worker.ts']

/**
 * Starts a thread with the worker entry. A bundle has it as `load-worker.js`; in a checkout it is TypeScript, which
 * a thread does not read unless tsx is registered in that thread.
 * @throws Error when the entry is nowhere to be found
 */
export function spawnWorker(init: WorkerInit | BrokerInit): Worker {
  const url = CANDIDATES.map((c) => new URL(c, import.meta.url)).find((u) => existsSync(fileURLToPath(u)))
  if (url === undefined) throw new Error(`load-worker.js is missing beside ${import.meta.url}`)
  if (!url.pathname.endsWith('.ts')) return new Worker(url, { workerData: init })
  const tsx = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/cjs$/, 'mjs')
  const boot = `import(${JSON.stringify(pathToFileURL(tsx).href)}).then((tsx) => { tsx.register(); return import(${JSON.stringify(url.href)}) })`
  return new Worker(boot, { eval: true, workerData: init })
}
