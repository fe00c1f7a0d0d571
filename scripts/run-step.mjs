// Runs one command of the project's tools and keeps what it prints.
import { spawn } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { root } from './build-once.mjs'

/** Room for new objects: compilers and linters make many, and collect them less often with more of it. */
const YOUNG = ['--max-semi-space-size=64']

/**
 * Resolves to `{ code, output, seconds }`. `live` shows the output while it comes. `low` gives way to everything else.
 * @param {string[]} command program of node_modules, as a path, and its arguments
 */
export function runTool(command, { live = false, low = false, env = {} } = {}) {
  const started = performance.now()
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...(low ? YOUNG : []), ...command], {
      cwd: root,
      env: { ...process.env, ...(live && process.stdout.isTTY ? {} : { NO_COLOR: '1' }), ...env },
      stdio: live ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    })
    if (low && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW)
    let output = ''
    child.stdout?.on('data', (d) => (output += d))
    child.stderr?.on('data', (d) => (output += d))
    const done = (code) => resolve({ code, output, seconds: (performance.now() - started) / 1000 })
    child.on('error', (error) => {
      output += error.message
      done(1)
    })
    child.on('close', (code) => done(code ?? 1))
  })
}

/**
 * Jobs in order. Each call of `work` takes one after the other until none is left; several at once share them.
 * `results` are in the order of the jobs.
 */
export function createJobQueue(jobs) {
  const results = []
  let next = 0
  return {
    results,
    async work() {
      while (next < jobs.length) {
        const index = next++
        results[index] = await jobs[index]()
      }
    },
  }
}

/** Runs the jobs, a number at a time; resolves to their results in order. */
export async function runJobs(jobs, atOnce) {
  const queue = createJobQueue(jobs)
  await Promise.all(Array.from({ length: atOnce }, queue.work))
  return queue.results
}
