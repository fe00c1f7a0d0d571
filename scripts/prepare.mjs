// After `npm ci`: builds, so that every command works at once. Never breaks an install.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, root } from './build-once.mjs'

// An install without development dependencies brings its build along.
if (existsSync(join(root, 'node_modules/electron-vite'))) {
  try {
    await ensureBuilt((line) => console.log(line))
  } catch (error) {
    console.warn(`${error.message}\nThe install is complete; npm run build shows the failure again.`)
  }
}
