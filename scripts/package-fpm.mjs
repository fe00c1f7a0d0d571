#!/usr/bin/env node
/**
 * Stands in for fpm in the check, which may download nothing: electron-builder calls it as it calls fpm, and it makes the
 * deb of the same files, control data and scripts with Debian's dpkg-deb. What it is given and does not know it refuses, so
 * that a newer electron-builder does not go unnoticed. The release's deb is made by fpm itself.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, lstatSync, mkdirSync, mkdtempSync } from 'node:fs'
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { parseArgs } from 'node:util'

const text = { type: 'string' }
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    source: { ...text, short: 's' },
    target: { ...text, short: 't' },
    force: { type: 'boolean' },
    depends: { ...text, short: 'd', multiple: true },
    'deb-recommends': { ...text, multiple: true },
    ...Object.fromEntries(
      [
        ...[
          'deb-compression',
          'deb-priority',
          'architecture',
          'after-install',
          'after-remove',
          'description',
        ],
        ...['version', 'package', 'name', 'maintainer', 'vendor', 'url', 'license', 'category'],
      ].map((name) => [name, text]),
    ),
  },
})
if (values.source !== 'dir' || values.target !== 'deb') throw new Error('only a deb of folders is made here')

const root = mkdtempSync(join(tmpdir(), 'fleetlab-deb-'))
const control = join(root, 'DEBIAN')

/** Paths of the files below a folder, links among them. */
function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else yield path
  }
}

/** `FROM=TO`: a file, or with a slash at its end what is in a folder. */
function place(pair) {
  const at = pair.lastIndexOf('=')
  const [from, to] = [pair.slice(0, at), join(root, pair.slice(at + 1))]
  mkdirSync(from.endsWith('/') ? to : dirname(to), { recursive: true })
  cpSync(from, to, { recursive: true, verbatimSymlinks: true })
}

/** Text of a field of several lines: those after the first are indented, an empty one is a full stop. */
const folded = (value) => value.trim().replaceAll(/\n[ \t]*(.*)/g, (_all, line) => `\n ${line || '.'}`)

function controlText(files) {
  const bytes = files.reduce((sum, path) => sum + lstatSync(path).size, 0)
  const fields = {
    Package: values.name,
    Version: values.version,
    License: values.license,
    Vendor: values.vendor,
    Architecture: values.architecture,
    Maintainer: values.maintainer,
    'Installed-Size': String(Math.ceil(bytes / 1024)),
    Depends: values.depends?.join(', '),
    Recommends: values['deb-recommends']?.join(', '),
    Section: values.category ?? 'default',
    Priority: values['deb-priority'],
    Homepage: values.url,
    Description: folded(values.description),
  }
  const given = Object.entries(fields).filter(([, value]) => value)
  return given.map(([name, value]) => `${name}: ${value}\n`).join('')
}

try {
  chmodSync(root, 0o755)
  for (const pair of positionals) place(pair)
  const files = [...filesBelow(root)]
  const sums = files
    .filter((path) => lstatSync(path).isFile())
    .map((path) => `${createHash('md5').update(readFileSync(path)).digest('hex')}  ${relative(root, path)}\n`)
  mkdirSync(control)
  writeFileSync(join(control, 'control'), controlText(files))
  writeFileSync(join(control, 'md5sums'), sums.join(''))
  copyFileSync(values['after-install'], join(control, 'postinst'))
  copyFileSync(values['after-remove'], join(control, 'postrm'))
  for (const script of ['postinst', 'postrm']) chmodSync(join(control, script), 0o755)
  // Quick instead of small: it is installed once and thrown away.
  const pack = ['-Zgzip', '-z1', '--root-owner-group', '--build', root, values.package]
  execFileSync('dpkg-deb', pack, { stdio: ['ignore', 'ignore', 'inherit'] })
} finally {
  rmSync(root, { recursive: true, force: true })
}
