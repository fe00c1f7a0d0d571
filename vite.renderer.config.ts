import tailwindcss from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { resolve } from 'node:path'
import { defineConfig } from 'vite'

const at = (path: string): string => resolve(import.meta.dirname, path)

/** Where `npm run dev` has the engine listen; the page's own server hands its WebSocket on. */
export const DEV_ENGINE_PORT = 5174
const engine = `http://127.0.0.1:${DEV_ENGINE_PORT}`

/** The page, for the build of both hosts and for `npm run dev`. */
export default defineConfig({
  root: at('renderer'),
  plugins: [vue(), tailwindcss()],
  resolve: { alias: { '@contract': at('electron/contract') } },
  build: {
    minify: true,
    // A data: URL of a font or worker would need a looser content security policy.
    assetsInlineLimit: 0,
    rolldownOptions: { input: { index: at('renderer/index.html'), join: at('renderer/join.html') } },
  },
  server: {
    host: '127.0.0.1',
    // The engine answers only its own page, so the request has to look like one.
    proxy: { '/engine': { target: engine, ws: true, changeOrigin: true, headers: { origin: engine } } },
  },
})
