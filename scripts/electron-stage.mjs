/**
 * The built application in a folder of its own, for the tests: as it was built where the runtime is the pinned one;
 * for the stand-in, which is older, each file of main turned one to one into CommonJS, with the few functions of
 * Node.js that it lacks.
 */
import { transform } from 'esbuild'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Of Node.js 20, in version 18. */
const MISSING_IN_NODE_18 = `
URL.canParse ??= (...a) => { try { return new URL(...a), true } catch { return false } }
Promise.withResolvers ??= () => { let f; const promise = new Promise((...a) => (f = a)); return { promise, resolve: f[0], reject: f[1] } }
AbortSignal.any ??= (signals) => {
  const c = new AbortController()
  const stop = (s) => c.abort(s.reason)
  for (const s of signals) { if (s.aborted) stop(s); else s.addEventListener('abort', () => stop(s), { once: true }) }
  return c.signal
}
const __url = require('node:url').pathToFileURL(__filename).href
`

/** Of a bundle's file for a runtime whose main process loads no ES modules. */
async function toCommonJs(code) {
  const define = {
    'import.meta.url': '__url',
    'import.meta.dirname': '__dirname',
    'import.meta.filename': '__filename',
  }
  const made = await transform(code, {
    format: 'cjs',
    define,
    platform: 'node',
    target: 'node18',
    supported: { 'dynamic-import': false },
  })
  return `${MISSING_IN_NODE_18}${made.code}`
}

/** Before version 32 a file carried its path itself. */
const withWebUtils = (code) => `((require) => {\n${code}\n})((name) => {
  const { contextBridge, ipcRenderer, webUtils } = require(name)
  const getPathForFile = (file) => {
    if (Object.prototype.toString.call(file) !== '[object File]') throw new TypeError('not a File')
    return file.path
  }
  return { contextBridge, ipcRenderer, webUtils: webUtils ?? { getPathForFile } }
})\n`

/** Copies the built application at `root` to `target`, for the stand-in when `old` says so. */
export async function stageApplication(root, target, old) {
  const parts = [
    'out/main',
    'out/preload',
    'out/renderer',
    'out/licences.json',
    'examples',
    'build/icons',
    'package.json',
  ]
  for (const part of parts) {
    mkdirSync(dirname(join(target, part)), { recursive: true })
    cpSync(join(root, part), join(target, part), { recursive: true, filter: (f) => !f.endsWith('.map') })
  }
  if (!old) return
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  delete manifest.type
  writeFileSync(join(target, 'package.json'), JSON.stringify(manifest))
  const main = join(target, 'out/main')
  for (const name of readdirSync(main, { recursive: true }).filter((n) => n.endsWith('.js'))) {
    // Files that the page is given, and the command line's entry, which Electron does not run.
    if (name.startsWith('uPlot') || name === 'cli.js') continue
    writeFileSync(join(main, name), await toCommonJs(readFileSync(join(main, name), 'utf8')))
  }
  const preload = join(target, 'out/preload/preload.cjs')
  writeFileSync(preload, withWebUtils(readFileSync(preload, 'utf8')))
}
