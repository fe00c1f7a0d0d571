/**
 * A packed application out of the build and the Electron of the tests: electron-builder packs it as it packs an
 * installer, and it is started from its archive.
 */
import asar from '@electron/asar'
import { execFile, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse, stringify } from 'yaml'
import { build, isBuilt, root } from './build-once.mjs'
import { stageApplication } from './electron-stage.mjs'
import { fetchStandIn, STAND_IN_ELECTRON } from './electron-stand-in.mjs'
import { checkDeb, noInstallReason } from './package-deb.mjs'
import { checkFuses } from './package-fuses.mjs'
import { NOBODY, startDisplay } from './test-electron.mjs'

const run = promisify(execFile)
const require = createRequire(import.meta.url)
const START_LIMIT_MS = 20_000
const END_LIMIT_MS = 3000
/** Fuses that the Electron of the tests does not have yet. */
const YOUNGER_FUSES = ['grantFileProtocolExtraPrivileges']

/** Whether Debian's tool that makes packages is here. */
const hasDpkgDeb = ['/usr/bin/dpkg-deb', '/bin/dpkg-deb'].some((path) => existsSync(path))

/**
 * Packs it below `folder` as a release does, the deb too where there is dpkg-deb; `unpacked` is the folder of the
 * application, `deb` the package or null. `fuses` is what was configured of those this Electron has.
 */
async function pack(folder) {
  if (!isBuilt()) await build()
  const project = join(folder, 'project')
  mkdirSync(project)
  await stageApplication(root, project, true)
  const config = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8'))
  const fuses = Object.entries(config.electronFuses).filter(([name]) => !YOUNGER_FUSES.includes(name))
  config.electronFuses = Object.fromEntries(fuses)
  writeFileSync(join(project, 'electron-builder.yml'), stringify(config))
  const files = ['LICENSE', 'out/THIRD-PARTY-LICENSES.txt', 'build']
  for (const file of files) cpSync(join(root, file), join(project, file), { recursive: true })
  const dist = join(folder, 'electron')
  const runtime = await fetchStandIn(console.log)
  const resources = join(runtime, 'resources')
  cpSync(runtime, dist, { recursive: true, filter: (path) => !path.startsWith(resources) })
  mkdirSync(join(dist, 'resources'))
  const set = {
    electronDist: dist,
    electronVersion: STAND_IN_ELECTRON,
    'directories.output': join(folder, 'dist'),
    // Reserved names (RFC 2606): nobody gets this deb.
    'extraMetadata.homepage': 'https://mqtt-fleet-lab.invalid',
    'linux.maintainer': 'Check <check@mqtt-fleet-lab.invalid>',
  }
  const flags = Object.entries(set).map(([key, value]) => `-c.${key}=${value}`)
  const targets = hasDpkgDeb ? ['dir', 'deb'] : ['dir']
  const args = ['--linux', ...targets, '--x64', '--publish', 'never', '--projectDir', project, ...flags]
  await run(process.execPath, [require.resolve('electron-builder/cli.js'), ...args], {
    cwd: root,
    env: { ...process.env, CUSTOM_FPM_PATH: join(root, 'scripts/package-fpm.mjs') },
  })
  const out = join(folder, 'dist')
  const [deb] = readdirSync(out).filter((name) => name.endsWith('.deb'))
  return {
    unpacked: join(out, 'linux-unpacked'),
    deb: deb ? join(out, deb) : null,
    fuses: config.electronFuses,
  }
}

/** Starts it as a user does; resolves when its window has a page, rejects when that does not come. */
async function startAndEnd(executable, folder) {
  const home = mkdtempSync(join(folder, 'home-'))
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(home, NOBODY, NOBODY)
  const drop = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'] : []
  const display = await startDisplay()
  const [command, ...args] = [...drop, executable, '--remote-debugging-port=0']
  const env = { PATH: process.env.PATH, HOME: home, XDG_DATA_HOME: home, DISPLAY: display.display }
  const child = spawn(command, args, { cwd: home, env, stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise((resolve) => child.once('close', (code) => resolve(code)))
  try {
    const page = await pageOf(child)
    if (!page.startsWith('app://fleetlab/')) throw new Error(`the window shows ${page}`)
    const from = performance.now()
    child.kill('SIGTERM')
    const code = await ended
    const took = performance.now() - from
    if (code !== 0 || took > END_LIMIT_MS)
      throw new Error(`SIGTERM: code ${code} after ${took.toFixed(0)} ms`)
    return `ended in ${took.toFixed(0)} ms`
  } finally {
    child.kill('SIGKILL')
    await ended
    await display.stop()
  }
}

/** Address of the page in the window, by the protocol of the developer tools. */
async function pageOf(child) {
  const until = Date.now() + START_LIMIT_MS
  let said = ''
  child.stderr.on('data', (d) => (said += d))
  while (Date.now() < until && child.exitCode === null) {
    const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(said)?.[1]
    const pages = port ? await (await fetch(`http://127.0.0.1:${port}/json/list`)).json().catch(() => []) : []
    const [page] = pages.filter((p) => p.type === 'page' && p.title === 'MQTT Fleet Lab')
    if (page) return page.url
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`no page in its window; it said:\n${said}`)
}

/** Only its archive is run: without it, a plain folder of the same application in its place is refused. */
async function checkOnlyArchive(unpacked, executable, folder) {
  const resources = join(unpacked, 'resources')
  const archive = join(resources, 'app.asar')
  asar.extractAll(archive, join(resources, 'app'))
  renameSync(archive, `${archive}.away`)
  try {
    await startAndEnd(executable, folder)
  } catch {
    return
  } finally {
    renameSync(`${archive}.away`, archive)
    rmSync(join(resources, 'app'), { recursive: true })
  }
  throw new Error('it runs a folder in place of its archive')
}

const work = {}

/** Packs; @throws Error when the fuses are not as configured, or another application than the archive is run */
export async function packReal() {
  work.folder = mkdtempSync(join(tmpdir(), 'fleetlab-packed-'))
  chmodSync(work.folder, 0o755)
  Object.assign(work, await pack(work.folder))
  statSync(join(work.unpacked, 'resources/app.asar'))
  return checkFuses(join(work.unpacked, 'mqtt-fleet-lab'), work.fuses)
}

/** @throws Error that says what is not as it should be; resolves to a line about what was seen */
export async function startReal() {
  const executable = join(work.unpacked, 'mqtt-fleet-lab')
  const said = await startAndEnd(executable, work.folder)
  await checkOnlyArchive(work.unpacked, executable, work.folder)
  return said
}

/** Installs, uses and removes the deb; resolves to a line about what was seen, or why not. */
export async function installReal() {
  const reason = work.deb === null ? 'there is no dpkg-deb' : noInstallReason()
  return reason === null ? checkDeb(work.deb, mkdtempSync(join(work.folder, 'user-'))) : `SKIPPED: ${reason}`
}

export const removeReal = () => work.folder && rmSync(work.folder, { recursive: true, force: true })
