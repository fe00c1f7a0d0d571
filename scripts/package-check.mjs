// npm run package:check: everything about the installers that needs no download but of the npm registry. Packs the
// application with electron-builder beside a stub of Electron, looks into the archive, starts it from there by plain
// Node, and on Linux x64 packs and starts it with the real Electron of the tests.
import asar from '@electron/asar'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { build, isBuilt, root } from './build-once.mjs'
import { noStandInReason } from './electron-stand-in.mjs'
import { findLeaks, findStrangers, findMissing } from './package-contents.mjs'
import { checkFuses } from './package-fuses.mjs'
import { installReal, packReal, removeReal, startReal } from './package-real.mjs'
import { tryCommand } from './package-smoke.mjs'
import { writeStub } from './package-stub.mjs'
import { runTool } from './run-step.mjs'

const MIB = 1024 * 1024
/** Twice what 0.1.0 needs would mean that something came along uninvited. Each further language is 0.1 MiB. */
const BUDGET_BYTES = { archive: 7 * MIB, page: 3 * MIB, preload: 8 * 1024 }

const require = createRequire(import.meta.url)
const configFile = join(root, 'electron-builder.yml')
const config = parse(readFileSync(configFile, 'utf8'))
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const work = mkdtempSync(join(tmpdir(), 'fleetlab-package-'))
const archive = join(work, 'dist/linux-unpacked/resources/app.asar')
const extracted = join(work, 'app')

async function checkSchema() {
  const { validateConfiguration } = require('app-builder-lib/out/util/config/config')
  await validateConfiguration(config, { isEnabled: false })
}

async function checkBuild() {
  if (!isBuilt()) await build()
}

async function pack() {
  const electron = require('electron/package.json').version
  writeStub(join(work, 'stub'), electron)
  const args = ['--linux', 'dir', '--x64', '--publish', 'never', '--config', configFile]
  const set = { electronDist: join(work, 'stub'), 'directories.output': join(work, 'dist') }
  const flags = Object.entries(set).map(([key, value]) => `-c.${key}=${value}`)
  await new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [require.resolve('electron-builder/cli.js'), ...args, ...flags],
      { cwd: root },
      (error, out, err) => (error ? reject(new Error(`${out}${err}`)) : resolve()),
    )
  })
  asar.extractAll(archive, extracted)
}

const packedFiles = () =>
  asar
    .listPackage(archive)
    .map((path) => path.replaceAll('\\', '/').slice(1))
    .filter((path) => !('files' in asar.statFile(archive, path)))

const packedFile = (path) => asar.extractFile(archive, path)

function checkContents() {
  const files = packedFiles()
  const strangers = findStrangers(files)
  if (strangers.length > 0) throw new Error(`not to be packed: ${strangers.join(', ')}`)
  const missing = findMissing(files)
  if (missing.length > 0) throw new Error(`missing in the archive: ${missing.join(', ')}`)
  const manifest = JSON.parse(packedFile('package.json').toString())
  for (const key of ['devDependencies', 'dependencies', 'scripts']) {
    if (manifest[key] && Object.keys(manifest[key]).length > 0) throw new Error(`package.json has ${key}`)
  }
  const leaks = findLeaks(files, packedFile, [root, homedir()])
  if (leaks.length > 0) throw new Error(`paths of this machine in: ${leaks.join(', ')}`)
  return `${files.length} files`
}

function checkResources() {
  const folder = join(work, 'dist/linux-unpacked')
  const texts = [
    'resources/THIRD-PARTY-LICENSES.txt',
    'resources/LICENSE.txt',
    'resources/examples/demo.yaml',
  ]
  for (const file of texts) statSync(join(folder, file))
}

function checkSize() {
  const sizes = { archive: statSync(archive).size, page: 0, preload: 0 }
  for (const path of packedFiles()) {
    const part = /^out\/(renderer|preload)\//.exec(path)?.[1]
    if (part) sizes[part === 'renderer' ? 'page' : 'preload'] += packedFile(path).length
  }
  for (const [part, size] of Object.entries(sizes)) {
    if (size > BUDGET_BYTES[part]) throw new Error(`${part}: ${size} bytes, budget ${BUDGET_BYTES[part]}`)
  }
  const shown = Object.entries(sizes).map(([part, size]) => `${part} ${(size / MIB).toFixed(2)} MiB`)
  return shown.join(', ')
}

const checkStubFuses = () =>
  checkFuses(join(work, `dist/linux-unpacked/${config.linux.executableName}`), config.electronFuses)

async function checkStart() {
  await tryCommand([process.execPath, join(extracted, 'out/main/cli.js')], {
    folder: mkdtempSync(join(work, 'user-')),
    version,
    scenario: join(extracted, 'examples/classroom-qos.yaml'),
    packed: (file) => packedFile(`out/renderer/${file}`),
  })
}

async function checkDesktop() {
  const command = ['test', 'electron-double', '--reporter=line', `--output=${join(work, 'playwright')}`]
  const { code, output } = await runTool(['node_modules/@playwright/test/cli.js', ...command], {
    env: { FLEETLAB_APP: extracted },
  })
  if (code !== 0) throw new Error(output)
}

const STEPS = [
  ['electron-builder.yml follows the schema of electron-builder', checkSchema],
  ['the build is fresh', checkBuild],
  ['electron-builder packs app.asar', pack],
  ['nothing is missing, uninvited or telling of this machine', checkContents],
  ['licences and examples lie beside it', checkResources],
  ['sizes keep their budget', checkSize],
  ['fuses are as configured', checkStubFuses],
  ['plain Node runs version, run, load and serve from the archive', checkStart],
  ['main, preload and page of the archive pass the desktop journeys', checkDesktop],
  ...(noStandInReason() === null
    ? [
        ['electron-builder packs it with a real Electron, and makes the deb', packReal],
        ['it starts from its archive, and from nothing else, shows its page and quits', startReal],
        ['the deb is installed, opens by its menu entry and by its files, and leaves nothing', installReal],
      ]
    : []),
]

try {
  for (const [name, step] of STEPS) {
    const started = performance.now()
    const note = await step()
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    console.log(`ok  ${name} (${[note, `${seconds} s`].filter(Boolean).join(', ')})`)
  }
} catch (error) {
  console.error(`FAILED: ${error.message}`)
  process.exitCode = 1
} finally {
  removeReal()
  rmSync(work, { recursive: true, force: true })
}
