import tailwindcss from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { basename, resolve } from 'node:path'
import { createHash } from 'node:crypto'
import { build, defineConfig, type Plugin, type Rolldown } from 'vite'
import { parseScenario } from './electron/contract/scenario-file'
import { scenarioSketch } from './renderer/features/gallery/sketch'

const at = (path: string): string => resolve(import.meta.dirname, path)

/** Where `npm run dev` has the engine listen; the page's own server hands its WebSocket on. */
export const DEV_ENGINE_PORT = 5174
const engine = `http://127.0.0.1:${DEV_ENGINE_PORT}`

const shared = {
  plugins: [vue(), tailwindcss()],
  resolve: { alias: { '@contract': at('electron/contract') } },
}
const sha256 = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/**
 * The page that a shared moment is put into: script, styles and fonts stand in it, and its content security policy allows
 * these alone and no network.
 */
async function momentPage(): Promise<string> {
  const built = (await build({
    ...shared,
    configFile: false,
    root: at('renderer'),
    logLevel: 'warn',
    build: {
      write: false,
      minify: true,
      modulePreload: false,
      rolldownOptions: { input: at('renderer/moment/main.ts') },
    },
  })) as Rolldown.RolldownOutput
  let script = ''
  let style = ''
  const fonts = new Map<string, string>()
  for (const part of built.output) {
    if (part.type === 'chunk') script += part.code
    else if (part.fileName.endsWith('.css')) style += String(part.source)
    else if (part.fileName.endsWith('.woff2'))
      fonts.set(basename(part.fileName), Buffer.from(part.source).toString('base64'))
  }
  script = script.replaceAll('</script', '<\\/script')
  style = style.replace(/url\((["']?)[^)"']*?([\w-]+\.woff2)\1\)/g, (_all, _quote, name: string) => {
    const font = fonts.get(name)
    if (font === undefined) throw new Error(`the page for moments names a font that was not built: ${name}`)
    return `url(data:font/woff2;base64,${font})`
  })
  const policy = [
    "default-src 'none'",
    `script-src ${sha256(script)}`,
    `style-src ${sha256(style)}`,
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ]
  return `<!doctype html>
<html lang="en" data-theme="dark">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MQTT Fleet Lab</title>
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<script type="application/json" id="moment">null</script>
<script type="module">${script}</script>
</body>
</html>
`
}

const momentPlugin: Plugin = {
  name: 'moment-page',
  async generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'moment.html', source: await momentPage() })
  },
  configureServer(server) {
    server.middlewares.use('/moment.html', (_request, response, next) => {
      momentPage().then((page) => response.setHeader('content-type', 'text/html').end(page), next)
    })
  },
}

/** An example that the page imports is what its file says and its thumbnail: the page needs no reader of YAML. */
const examplesPlugin: Plugin = {
  name: 'examples',
  transform(text, id) {
    if (!/\/examples\/[\w-]+\.yaml$/.test(id)) return null
    const scenario = parseScenario(text, basename(id))
    const bundled = JSON.stringify({ scenario, sketch: scenarioSketch(scenario) })
    return { code: `export default ${bundled}`, map: null }
  },
}

/** The page, for the build of both hosts and for `npm run dev`. */
export default defineConfig({
  root: at('renderer'),
  ...shared,
  plugins: [...shared.plugins, momentPlugin, examplesPlugin],
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
