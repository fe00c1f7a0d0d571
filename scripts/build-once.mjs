// Builds when the output is missing or older than a source.
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const root = join(import.meta.dirname, '..')

const OUTPUTS = [
  'out/main/main.js',
  'out/main/cli.js',
  'out/preload/preload.cjs',
  'out/renderer/index.html',
  'out/licences.json',
]
const SOURCES = [
  'electron',
  'renderer',
  'examples',
  'package.json',
  'package-lock.json',
  'electron.vite.config.ts',
  'vite.renderer.config.ts',
]

const timeOf = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs

function newest(path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false })
  if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0
  return Math.max(0, ...readdirSync(join(root, path)).map((name) => newest(join(path, name))))
}

/** True when every output is there and no source is newer than one of them. */
export function isBuilt() {
  const built = OUTPUTS.map(timeOf)
  return built.every((t) => t !== undefined) && Math.max(...SOURCES.map(newest)) <= Math.min(...built)
}

/** Runs the build in a process of its own; rejects with its output. `signal` ends it early. */
export function build(signal) {
  const cli = join(
    dirname(createRequire(import.meta.url).resolve('electron-vite/package.json')),
    'bin/electron-vite.js',
  )
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [cli, 'build', '--logLevel', 'warn'],
      { cwd: root, signal },
      (error, out, err) => {
        if (error) reject(new Error(`the build failed\n${out}${err}`))
        else resolve()
      },
    )
  })
}

/** Builds if need be. */
export async function ensureBuilt(say, signal) {
  if (isBuilt()) return
  say('Building the application ...')
  await build(signal)
}
