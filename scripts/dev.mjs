// npm run dev: the page with hot reload, and an engine that restarts when its code changes. Both end with Ctrl-C.
import { spawn } from 'node:child_process'
import { ensureBuilt, root } from './build-once.mjs'

const ENGINE_PORT = '5174'
const TSX = 'node_modules/tsx/dist/cli.mjs'
const VITE = 'node_modules/vite/bin/vite.js'

await ensureBuilt((line) => console.log(line))
const engine = [TSX, 'watch', '--clear-screen=false', 'electron/cli/main.ts', 'serve', '--port', ENGINE_PORT]
const page = [VITE, '--config', 'vite.renderer.config.ts', '--clearScreen', 'false']
const children = [engine, page].map((command) =>
  spawn(process.execPath, command, { cwd: root, stdio: 'inherit' }),
)

const stop = () => {
  for (const child of children) child.kill('SIGTERM')
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop)
for (const child of children) child.on('close', stop)
