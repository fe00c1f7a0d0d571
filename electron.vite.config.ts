import { defineConfig } from 'electron-vite'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createLicences } from './scripts/package-licences.mjs'
import page from './vite.renderer.config'

const at = (path: string): string => resolve(import.meta.dirname, path)

const licences = createLicences(import.meta.dirname)

/** Reports of load tests carry uPlot within themselves: its files lie beside the bundle. */
const chartFiles = {
  name: 'chart-files',
  generateBundle(this: { emitFile(f: { type: 'asset'; fileName: string; source: string }): unknown }) {
    for (const fileName of ['uPlot.iife.min.js', 'uPlot.min.css']) {
      const source = readFileSync(at(`node_modules/uplot/dist/${fileName}`), 'utf8')
      this.emitFile({ type: 'asset', fileName, source })
    }
  },
}

/** hdr-histogram-js asks for zlib by `eval`, where a bundled module has no `require`; said plainly, it is bundled. */
const histogramZlib = {
  name: 'histogram-zlib',
  transform(code: string, id: string) {
    if (!id.endsWith('hdr-histogram-js/dist/JsHistogram.encoding.js')) return null
    const plain = code.replace(/eval\('(require\("zlib"\)\.\w+)'\)/g, '$1')
    if (plain === code) throw new Error(`${id}: no eval of zlib found; this step may no longer be needed`)
    return { code: plain, map: null }
  },
}

export default defineConfig({
  main: {
    plugins: [chartFiles, histogramZlib, licences()],
    resolve: { alias: { debug: at('scripts/no-debug.cjs') } },
    build: {
      sourcemap: true,
      // Node reads all of it at every start.
      minify: true,
      // A packed application carries no node_modules.
      externalizeDeps: false,
      rolldownOptions: {
        input: {
          main: at('electron/main.ts'),
          cli: at('electron/cli/main.ts'),
          'load-worker': at('electron/engine/load/run/worker.ts'),
        },
      },
    },
  },
  preload: {
    plugins: [licences()],
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: at('electron/preload.ts') },
        // A sandboxed preload has to be one CommonJS file.
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: { ...page, plugins: [page.plugins, licences()] },
})
