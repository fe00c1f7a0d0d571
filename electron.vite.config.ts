import { defineConfig } from 'electron-vite'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import page from './vite.renderer.config'

const at = (path: string): string => resolve(import.meta.dirname, path)

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

export default defineConfig({
  main: {
    plugins: [chartFiles],
    build: {
      sourcemap: true,
      // A packed application carries no node_modules.
      externalizeDeps: false,
      rolldownOptions: {
        input: {
          main: at('electron/main.ts'),
          cli: at('electron/cli/main.ts'),
          'load-worker': at('electron/engine/load/run/worker.ts'),
        },
        // It asks for `require` by eval, which a bundled module has not.
        external: ['hdr-histogram-js'],
      },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: at('electron/preload.ts') },
        // A sandboxed preload has to be one CommonJS file.
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: page,
})
