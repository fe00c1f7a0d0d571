// npm run package: the installers of this platform, in dist/. Arguments after -- go to electron-builder: targets, then flags.
import { execFileSync, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build, root } from './build-once.mjs'

const PLATFORM = { linux: '--linux', win32: '--win', darwin: '--mac' }
/** Where electron-builder gets the Electron runtime and its own tools, unless a mirror is named. */
const SOURCE = 'https://github.com/electron/electron/releases'
const MIRRORS = ['ELECTRON_MIRROR', 'NPM_CONFIG_ELECTRON_MIRROR', 'npm_config_electron_mirror']
const PROBE_LIMIT_MS = 5000
/** A reserved name (RFC 2606): deb and rpm ask for a home page, and a checkout without a remote has none. */
const NO_HOME = 'https://mqtt-fleet-lab.invalid'

const given = process.argv.slice(2)

/** Why Electron cannot be downloaded here, or null. */
async function unreachable(env = process.env) {
  if (given.some((a) => a.includes('electronDist')) || MIRRORS.some((name) => env[name])) return null
  try {
    await fetch(SOURCE, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_LIMIT_MS) })
    return null
  } catch {
    return (
      'npm run package: missing the Electron runtime, which is downloaded from github.com, and that cannot be reached. ' +
      'Connect, or name a mirror in ELECTRON_MIRROR and ELECTRON_BUILDER_BINARIES_MIRROR; ' +
      'npm run package:check checks what needs no download.'
    )
  }
}

/** Home page of the repository: GitHub's when it builds, else that of the remote named origin. */
function homePage(env = process.env) {
  if (env.GITHUB_SERVER_URL && env.GITHUB_REPOSITORY)
    return `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}`
  try {
    const remote = execFileSync('git', ['remote', 'get-url', 'origin'], { cwd: root, stdio: 'pipe' })
      .toString()
      .trim()
    const [, host, path] = /^(?:https:\/\/|ssh:\/\/git@|git@)([^/:]+)[/:](.+?)(?:\.git)?$/.exec(remote) ?? []
    return host ? `https://${host}/${path}` : NO_HOME
  } catch {
    return NO_HOME
  }
}

function builder(args) {
  const cli = createRequire(import.meta.url).resolve('electron-builder/cli.js')
  const child = spawn(process.execPath, [cli, ...args], { cwd: root, stdio: 'inherit' })
  return new Promise((resolve) => {
    child.on('error', () => resolve(1))
    child.on('close', (code) => resolve(code ?? 1))
  })
}

const platform = PLATFORM[process.platform]
const why = platform
  ? await unreachable()
  : `npm run package: there are no installers for ${process.platform}; use Linux, Windows or macOS.`
if (why !== null) {
  console.error(why)
  process.exitCode = 1
} else {
  const home = homePage()
  const contact = `MQTT Fleet Lab contributors <maintainers@${new URL(home).hostname}>`
  await build()
  process.exitCode = await builder([
    platform,
    ...given,
    '--publish',
    'never',
    '--config',
    join(root, 'electron-builder.yml'),
    `-c.extraMetadata.homepage=${home}`,
    `-c.linux.maintainer=${contact}`,
  ])
}
