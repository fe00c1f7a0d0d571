/**
 * npm run test:electron [what playwright test takes]: the desktop journeys in a real Electron, the pinned one where it
 * is downloaded, else the stand-in. Brings a display where there is none, and an unprivileged user where it runs as
 * root, so that Chromium keeps its sandbox.
 */
import { spawn } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, isBuilt, root } from './build-once.mjs'
import { findElectron, noDisplayReason } from './electron-runtime.mjs'
import { stageApplication } from './electron-stage.mjs'
import { fetchStandIn, noStandInReason } from './electron-stand-in.mjs'
import { runTool } from './run-step.mjs'

export const NOBODY = 65534
const SCREEN = '1600x1000x24'
const LOADER = 'node_modules/playwright-core/lib/server/electron/loader.js'

/** Why no Electron runs here, neither the pinned one nor the stand-in; null when one does. */
export const noElectronReason = () =>
  findElectron().path === null && noStandInReason() !== null
    ? `${findElectron().why}, and the one for the tests cannot stand in: ${noStandInReason()}`
    : null

/** A display number of a server of its own: `{ display, stop }`. */
export function startDisplay() {
  const args = ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp', '-noreset']
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const ended = new Promise((resolve) => server.once('close', resolve))
  return new Promise((resolve, reject) => {
    server.once('error', (e) =>
      reject(new Error(`there is no display and Xvfb does not start: ${e.message}; install xvfb`)),
    )
    server.once('exit', (code) => reject(new Error(`Xvfb ended with code ${code}`)))
    server.stdio[3].once('data', (number) => {
      const stop = () => {
        server.kill()
        return ended
      }
      resolve({ display: `:${String(number).trim()}`, stop })
    })
  })
}

/** An executable that gives up root before it becomes the runtime. */
function unprivileged(executable, folder) {
  const wrapper = join(folder, 'electron')
  const drop = `setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups --`
  writeFileSync(wrapper, `#!/bin/sh\nexec ${drop} '${executable}' "$@"\n`)
  chmodSync(wrapper, 0o755)
  return wrapper
}

/**
 * Gets everything ready: `env` names it to test/electron/runtime.ts, `dispose` ends what was started for it.
 * @throws Error that says what is missing
 */
export async function prepareElectron(say) {
  if (!isBuilt()) await build()
  const pinned = findElectron().path
  const runtime = pinned ?? join(await fetchStandIn(say), 'electron')
  const folder = mkdtempSync(join(tmpdir(), 'fleetlab-electron-'))
  chmodSync(folder, 0o755)
  const application = join(folder, 'application')
  mkdirSync(application)
  await stageApplication(root, application, pinned === null)
  copyFileSync(join(root, LOADER), join(folder, 'loader.js'))
  const isRoot = process.getuid?.() === 0
  const server = noDisplayReason() === null ? null : await startDisplay()
  const about = {
    executable: isRoot ? unprivileged(runtime, folder) : runtime,
    runtime,
    application,
    loader: join(folder, 'loader.js'),
    isPinned: pinned !== null,
    owner: isRoot ? NOBODY : null,
  }
  return {
    env: { FLEETLAB_ELECTRON: JSON.stringify(about), ...(server && { DISPLAY: server.display }) },
    dispose: async () => {
      await server?.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function main() {
  const reason = noElectronReason()
  if (reason !== null) throw new Error(reason)
  const electron = await prepareElectron(console.log)
  try {
    const args = ['test', '--project=electron', ...process.argv.slice(2)]
    const command = ['node_modules/@playwright/test/cli.js', ...args]
    const { code } = await runTool(command, { live: true, env: electron.env })
    process.exitCode = code
  } finally {
    await electron.dispose()
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main().catch((error) => {
    console.error(`test:electron: ${error.message}`)
    process.exitCode = 1
  })
}
