import tailwindcss from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { resolve } from 'node:path'

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
  renderer: {
    root: at('renderer'),
    plugins: [vue(), tailwindcss()],
    resolve: { alias: { '@contract': at('electron/contract') } },
    build: {
      minify: true,
      // A data: URL of a font or worker would need a looser content security policy.
      assetsInlineLimit: 0,
      rolldownOptions: { input: { index: at('renderer/index.html') } },
    },
    server: { host: '127.0.0.1' },
  },
})
