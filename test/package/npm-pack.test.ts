import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tryCommand } from '../../scripts/package-smoke.mjs'

const root = join(import.meta.dirname, '../..')
const MAX_TARBALL_BYTES = 2.5 * 1024 * 1024

interface Packed {
  filename: string
  version: string
  size: number
  files: { path: string }[]
}

/** npm from its own program, which needs no shell on any system. */
const run = promisify(execFile)
const npm = async (folder: string, ...args: string[]): Promise<string> => {
  const shell = process.platform === 'win32'
  return (await run('npm', args, { cwd: folder, shell })).stdout
}

let folder: string
let packed: Packed

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetlab-npm-'))
  // The build is that of the checkout: `npm test` makes it first, `npm publish` by the script prepack.
  const said = await npm(root, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder)
  // npm 12 answers with an object by package name.
  const answer = JSON.parse(said) as Packed[] | Record<string, Packed>
  packed = Object.values(answer)[0]!
}, 60_000)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('the npm package', () => {
  it('holds the command, the built page and the examples, and nothing of the workshop', () => {
    const files = packed.files.map((f) => f.path)
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'out/THIRD-PARTY-LICENSES.txt',
        'out/main/cli.js',
        'out/main/load-worker.js',
        'out/renderer/index.html',
        'examples/demo.yaml',
        'examples/scenario.schema.json',
      ]),
    )
    const ours = /^(package\.json|LICENSE|README\.md|out\/|examples\/)/
    expect(files.filter((f) => !ours.test(f) || /\.(map|ts|vue|pyc)$|preload/.test(f))).toEqual([])
    expect(packed.size).toBeLessThan(MAX_TARBALL_BYTES)
  })

  it('is what the container image installs and starts', () => {
    const image = readFileSync(join(root, 'deploy/Dockerfile'), 'utf8')
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      name: string
      bin: { fleetlab: string }
    }
    expect(image).toContain('npm pack --pack-destination')
    expect(image).toContain(`/node_modules/${manifest.name}/${manifest.bin.fleetlab}"]`)
  })

  it('asks for no other package, least of all Electron', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>
    for (const key of ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundleDependencies']) {
      expect(manifest[key] ?? {}).toEqual({})
    }
  })

  it('installed into an empty folder without network: version, run, load and serve work', async () => {
    const user = mkdtempSync(join(folder, 'user-'))
    await npm(user, 'init', '--yes')
    await npm(user, 'install', '--offline', '--no-audit', '--no-fund', join(folder, packed.filename))
    const home = join(user, 'node_modules/mqtt-fleet-lab')
    const bin =
      process.platform === 'win32'
        ? [process.execPath, join(home, 'out/main/cli.js')]
        : [join(user, 'node_modules/.bin/fleetlab')]
    await tryCommand(bin, {
      folder: user,
      version: packed.version,
      scenario: join(home, 'examples/classroom-qos.yaml'),
      packed: (file) => readFileSync(join(home, 'out/renderer', file)),
    })
  }, 90_000)
})
