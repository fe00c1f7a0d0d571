/**
 * The deb as a user meets it: installed with dpkg, started from its menu entry, given a file by its association, removed
 * without a trace. Only root can install it, and only a machine that does not have it already.
 */
import { execFile, execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { NOBODY, startDisplay } from './test-electron.mjs'

const run = promisify(execFile)
const NAME = 'mqtt-fleet-lab'
const ENTRY = `/usr/share/applications/${NAME}.desktop`
const TYPES = {
  'mine.fleetlab': 'application/vnd.mqtt-fleet-lab.scenario',
  'yours & mine.fleetlab.yaml': 'application/vnd.mqtt-fleet-lab.scenario+yaml',
}
/** What Electron loads at its start and electron-builder does not list by itself. */
const NEEDED = ['libgbm1', 'libasound2']
const LIMIT_MS = 30_000
/** What the check needs besides dpkg, with Debian's package of it. */
const TOOLS = {
  dpkg: 'dpkg',
  gio: 'libglib2.0-bin',
  xdotool: 'xdotool',
  setpriv: 'util-linux',
  'update-mime-database': 'shared-mime-info',
  'update-desktop-database': 'desktop-file-utils',
  'desktop-file-validate': 'desktop-file-utils',
}

const has = (tool) => (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, tool)))
const isInstalled = (name) => {
  try {
    const args = ['-W', '-f', '${db:Status-Status}', name]
    return execFileSync('dpkg-query', args, { stdio: 'pipe' }).toString() === 'installed'
  } catch {
    return false
  }
}

/** Why the deb cannot be installed on this machine, or null. */
export function noInstallReason() {
  if (process.getuid?.() !== 0) return 'only root installs packages'
  const missing = Object.keys(TOOLS).find((tool) => !has(tool))
  if (missing) return `there is no ${missing}; install ${TOOLS[missing]}`
  return isInstalled(NAME) || existsSync(ENTRY) ? `${NAME} is installed already` : null
}

/** Paths of all that packages place, and of what their scripts make; not what dpkg notes down for itself. */
function placed() {
  const paths = new Set()
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (/^\/var\/(lib\/dpkg\/(?!alternatives)|log|cache)/.test(path)) continue
      paths.add(path)
      if (entry.isDirectory()) walk(path)
    }
  }
  for (const folder of ['/etc', '/opt', '/usr', '/var']) if (existsSync(folder)) walk(folder)
  return paths
}

/** Packages that it depends on and this machine lacks; dpkg alone would refuse it then, as apt would fetch them. */
async function lacking(deb) {
  const { stdout } = await run('dpkg-deb', ['--field', deb, 'Depends'])
  const groups = stdout
    .trim()
    .split(', ')
    .map((group) => group.split(' | '))
  for (const name of NEEDED)
    if (!groups.flat().includes(name)) throw new Error(`it does not depend on ${name}`)
  return groups
    .filter((names) => !names.some((name) => isInstalled(name.split(' ')[0])))
    .map(([name]) => name)
}

/** Waits until what `look` gives is true. */
async function until(what, look) {
  const end = Date.now() + LIMIT_MS
  while (!(await look())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${LIMIT_MS / 1000} s`)
    await sleep(100)
  }
}

/** A user at a display: what a click in the menu or on a file starts. */
class User {
  constructor(folder, display) {
    this.home = join(folder, 'home')
    this.env = {
      ...{
        PATH: process.env.PATH,
        HOME: this.home,
        XDG_DATA_HOME: join(this.home, 'data'),
        DISPLAY: display,
      },
      ...{ DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder}/no-bus`, NO_AT_BRIDGE: '1', LANG: 'C.UTF-8' },
    }
    mkdirSync(this.home)
    chownSync(this.home, NOBODY, NOBODY)
  }

  /** Writes a file of the user's; resolves to its path. */
  write(name, content) {
    const path = join(this.home, name)
    writeFileSync(path, content)
    chownSync(path, NOBODY, NOBODY)
    return path
  }

  run(...command) {
    const drop = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--']
    return run('setpriv', [...drop, ...command], { env: this.env, cwd: this.home, timeout: LIMIT_MS })
  }

  /** Runs what starts the application, without waiting for it. */
  launch(...command) {
    const drop = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--']
    spawn('setpriv', [...drop, ...command], { env: this.env, cwd: this.home, stdio: 'ignore' })
  }

  hasWindow() {
    return run('xdotool', ['search', '--onlyvisible', '--name', '^MQTT Fleet Lab'], { env: this.env }).then(
      () => true,
      () => false,
    )
  }

  /** What the application keeps under this name, or nothing. */
  kept(name) {
    const path = join(this.home, 'data', NAME, name)
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }

  /** Processes of the installed application, the first one first. */
  processes() {
    const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    return numbers.map(Number).filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('/opt/MQTT Fleet Lab/')
      } catch {
        return false
      }
    })
  }

  /** Ends the application as a log-out does. */
  async end() {
    const [first] = this.processes()
    if (first !== undefined) process.kill(first, 'SIGTERM')
    await until('it ends', () => this.processes().length === 0)
  }
}

async function checkAssociations(user) {
  for (const [name, type] of Object.entries(TYPES)) {
    const file = user.write(name, `version: 1\nname: Clicked ${name.length}\n`)
    const { stdout } = await user.run('gio', 'info', '--attributes=standard::content-type', file)
    if (!stdout.includes(`content-type: ${type}\n`))
      throw new Error(`${name} is taken for another: ${stdout}`)
    const { stdout: entry } = await user.run('xdg-mime', 'query', 'default', type)
    if (entry.trim() !== `${NAME}.desktop`) throw new Error(`xdg-mime has ${entry.trim()} for ${type}`)
    const { stdout: handler } = await user.run('gio', 'mime', type)
    if (!handler.includes(`${NAME}.desktop`)) throw new Error(`${type} is not opened by it: ${handler}`)
    user.launch('gio', 'open', file)
    await until(`a click on ${name}`, () => user.kept('recent.json').includes(name))
  }
}

/** The entry in the menu starts it with its sandbox, and names each kind of file once. */
function checkEntry() {
  const entry = readFileSync(ENTRY, 'utf8')
  if (entry.includes('--no-sandbox')) throw new Error(`its entry switches the sandbox off:\n${entry}`)
  const types = /^MimeType=(.*);$/m.exec(entry)?.[1].split(';') ?? []
  if (types.sort().join() !== Object.values(TYPES).sort().join())
    throw new Error(`its entry has other kinds of file: ${types.join(', ')}`)
}

async function checkUse(user) {
  await run('desktop-file-validate', [ENTRY])
  checkEntry()
  user.launch('gio', 'launch', ENTRY)
  await until('the menu entry opens a window', () => user.hasWindow())
  await checkAssociations(user)
  await user.end()
}

/**
 * Installs, uses and removes a deb; resolves to a line about what was seen.
 * @throws Error that says what is not as it should be
 */
export async function checkDeb(deb, folder) {
  chmodSync(folder, 0o755)
  // The shared lists of types are there before, so that only what the package leaves is new.
  await run('update-desktop-database', ['/usr/share/applications'])
  await run('update-mime-database', ['/usr/share/mime'])
  const before = placed()
  const missing = await lacking(deb)
  const display = await startDisplay()
  const user = new User(folder, display.display)
  try {
    await run('dpkg', [...(missing.length > 0 ? ['--force-depends'] : []), '--install', deb])
    const { stdout } = await user.run('sh', '-c', `command -v ${NAME}`)
    if (stdout.trim() !== `/usr/bin/${NAME}`) throw new Error(`${NAME} is not on the path`)
    await checkUse(user)
  } finally {
    await user.end()
    await display.stop()
    await run('dpkg', ['--purge', NAME])
  }
  const after = placed()
  const left = [...after].filter((path) => !before.has(path))
  if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`)
  const gone = [...before].filter((path) => !after.has(path))
  if (gone.length > 0) throw new Error(`took along: ${gone.join(', ')}`)
  return `installed${missing.length > 0 ? ` without ${missing.join(' and ')}, which this machine lacks` : ''}`
}
