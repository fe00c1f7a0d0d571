// Finds the Electron runtime, and fetches it when asked to.
import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const PROBE_URL = 'https://github.com/electron/electron/releases'
const PROBE_LIMIT_MS = 3000
const FETCH_LIMIT_MS = 240_000

const require = createRequire(import.meta.url)

/** Never require('electron') here: since version 42 its index.js starts a download. */
export function electronFolder() {
  try {
    return dirname(require.resolve('electron/package.json'))
  } catch {
    return null
  }
}

/** `{ path }` of the runtime's binary, or `{ path: null, why }`. */
export function findElectron(env = process.env) {
  const folder = electronFolder()
  const file = folder && join(folder, 'path.txt')
  const name = file && existsSync(file) ? readFileSync(file, 'utf8').trim() : null
  const path =
    env.ELECTRON_EXEC_PATH ||
    (env.ELECTRON_OVERRIDE_DIST_PATH && join(env.ELECTRON_OVERRIDE_DIST_PATH, name ?? 'electron')) ||
    (folder && name && join(folder, 'dist', name))
  if (!folder && !path) return { path: null, why: 'the package electron is not installed' }
  if (!path) return { path: null, why: 'the Electron runtime is not downloaded' }
  try {
    accessSync(path, constants.X_OK)
    return { path, why: '' }
  } catch {
    return { path: null, why: `the Electron runtime cannot be executed: ${path}` }
  }
}

/** Why this machine cannot show a window, or null. */
export function noDisplayReason(env = process.env, platform = process.platform) {
  return platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY ? 'there is no display' : null
}

/** Why the desktop window is not to be opened here, or null. */
export function noWindowReason(env = process.env, platform = process.platform) {
  const root = platform === 'linux' && process.getuid?.() === 0
  return (
    noDisplayReason(env, platform) ?? (root ? 'Electron keeps its sandbox and so does not run as root' : null)
  )
}

/** Downloads the runtime with the package's own installer. Resolves to null, or why it did not work. */
export async function fetchElectron(say, signal, env = process.env) {
  const folder = electronFolder()
  if (!folder) return 'the package electron is not installed'
  if (!(await reachable())) return 'the Electron runtime is not downloaded and its server cannot be reached'
  say('Fetching the Electron runtime, about 120 MB, once ...')
  const started = Date.now()
  const seconds = () => Math.round((Date.now() - started) / 1000)
  const progress = setInterval(() => say(`  still fetching after ${seconds()} s`), 10_000)
  try {
    const child = spawn(process.execPath, [join(folder, 'install.js')], {
      env,
      stdio: ['ignore', 'ignore', 'ignore'],
      timeout: FETCH_LIMIT_MS,
      signal,
    })
    const code = await new Promise((done) => {
      child.on('error', () => done(-1))
      child.on('close', (exit, by) => done(by ? -2 : exit))
    })
    if (code === -2) return `fetching the Electron runtime was stopped after ${seconds()} s`
    return code === 0 ? null : 'fetching the Electron runtime failed'
  } finally {
    clearInterval(progress)
  }
}

async function reachable() {
  try {
    await fetch(PROBE_URL, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_LIMIT_MS) })
    return true
  } catch {
    return false
  }
}
