/**
 * Collects the licences of everything that goes into the build: a plugin for the build of main, preload and page, which
 * refuses a package whose licence is not permissive and leaves out/licences.json and out/THIRD-PARTY-LICENSES.txt.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import collect from 'rollup-plugin-license'

/** SPDX expression a licence has to satisfy: all of these ask for no more than their text to be passed on. */
const PERMISSIVE =
  '(MIT OR ISC OR BSD-2-Clause OR BSD-3-Clause OR 0BSD OR Apache-2.0 OR BlueOak-1.0.0 OR Unlicense OR CC0-1.0 OR OFL-1.1 OR Zlib)'

/** Packages whose files are copied or compiled in without being modules of a bundle. */
const COPIED = ['pretendard', '@fontsource-variable/jetbrains-mono', 'tailwindcss', 'uplot']

const RULE = '-'.repeat(80)

const byName = (a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version)

/** The list the About box shows: name, version and licence of each package. */
export const licenceList = (packages) =>
  packages.map(({ name, version, license }) => ({ name, version, licence: license })).sort(byName)

/** For a package that forgot its licence file: who wrote it and the standard text of the licence it names. */
function standardText(p, textOf) {
  const authors = [p.author?.text(), ...p.contributors.map((c) => c.text())].filter(Boolean)
  return `By ${authors.join(', ') || p.name}, under the terms of ${p.license}:\n\n${textOf(p.license)}`
}

/** Every package with the text of its licence; `textOf` gives the standard text of an SPDX identifier. */
export function licenceText(packages, textOf) {
  const parts = [...packages].sort(byName).map((p) => {
    const source = p.homepage ?? p.repository?.url ?? ''
    const head = [`${p.name} ${p.version} (${p.license})`, source].filter(Boolean)
    const body = [p.licenseText ?? standardText(p, textOf), p.noticeText ?? ''].map((t) => t.trim())
    return [...head, '', ...body.filter(Boolean)].join('\n')
  })
  return `MQTT Fleet Lab contains the following packages.\n\n${RULE}\n${parts.join(`\n\n${RULE}\n`)}\n`
}

/** The collector for the project at `root`: `scan` takes paths of modules, `finish` checks all seen so far and hands the packages to `write`. */
export function createCollector(root, write, allowed = PERMISSIVE) {
  const inner = collect({
    cwd: root,
    thirdParty: {
      multipleVersions: true,
      allow: { test: allowed, failOnUnlicensed: true, failOnViolation: true },
      output: write,
    },
  })
  return {
    scan(paths) {
      const modules = Object.fromEntries(paths.map((path) => [path, { renderedLength: 1 }]))
      inner.renderChunk('', { modules }, { sourcemap: false })
    },
    finish: () => inner.generateBundle(),
  }
}

function writeTo(root) {
  const standard = (id) => {
    const file = `scripts/licence-texts/${id}.txt`
    if (!existsSync(join(root, file)))
      throw new Error(
        `${file} is missing and a package has no text of its own: save it from https://spdx.org/licenses/${id}`,
      )
    return readFileSync(join(root, file), 'utf8')
  }
  return (packages) => {
    const out = join(root, 'out')
    mkdirSync(out, { recursive: true })
    writeFileSync(join(out, 'licences.json'), `${JSON.stringify(licenceList(packages), null, 2)}\n`)
    writeFileSync(join(out, 'THIRD-PARTY-LICENSES.txt'), licenceText(packages, standard))
  }
}

/** A function that gives the plugin of each bundle; one for the whole build, so that their lists become one. */
export function createLicences(root) {
  const shared = createCollector(root, writeTo(root))
  return () => ({
    name: 'licences',
    renderChunk(_code, chunk) {
      shared.scan(Object.keys(chunk.modules).filter((id) => chunk.modules[id].renderedLength > 0))
      return null
    },
    generateBundle() {
      shared.scan(COPIED.map((name) => join(root, 'node_modules', name, 'package.json')))
      shared.finish()
    },
  })
}
