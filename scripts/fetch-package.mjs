// Packages that are needed seldom and weigh much: fetched when somebody needs one, and kept for the next time.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './build-once.mjs'

/**
 * Folder of an npm package in exactly this version, with its dependencies beside it; fetched from the registry the first
 * time. No script of the package runs. Throws with what npm said when it cannot be had.
 */
export function fetchPackage(name, version, say = console.error) {
  const cache = join(root, 'node_modules/.cache/fetched', `${name.replace('/', '+')}@${version}`)
  const folder = join(cache, 'node_modules', name)
  const complete = join(cache, 'complete')
  if (existsSync(complete)) return folder
  say(`Fetching ${name} ${version} from the npm registry, once ...`)
  mkdirSync(cache, { recursive: true })
  writeFileSync(join(cache, 'package.json'), '{ "private": true }\n')
  const args = [
    'install',
    '--save-exact',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    `${name}@${version}`,
  ]
  const npm = spawnSync('npm', args, { cwd: cache, encoding: 'utf8', shell: process.platform === 'win32' })
  if (npm.status !== 0)
    throw new Error(`${name} ${version} could not be fetched: ${npm.error?.message ?? npm.stderr.trim()}`)
  writeFileSync(complete, '')
  return folder
}
