import { defineConfig } from 'electron-vite'
import { resolve } from 'node:path'
import page from './vite.renderer.config'

const at = (path: string): string => resolve(import.meta.dirname, path)

export default defineConfig({
  main: {
    build: {
      sourcemap: true,
      // A packed application carries no node_modules.
      externalizeDeps: false,
      rolldownOptions: {
        input: { main: at('electron/main.ts'), cli: at('electron/cli/main.ts') },
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
