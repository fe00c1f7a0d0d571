// After `npm ci`: builds, so that every command works at once. Never breaks an install.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, root } from './build-once.mjs'

// The scripts of package.json begin with `exec`, so that Ctrl-C meets the program and no shell in between that would die
// first and leave it behind. cmd.exe does not know the word and needs no such help.
if (process.platform === 'win32') writeFileSync(join(root, 'node_modules/.bin/exec.cmd'), '@%*\r\n')

// An install without development dependencies brings its build along.
if (existsSync(join(root, 'node_modules/electron-vite'))) {
  try {
    await ensureBuilt((line) => console.log(line))
  } catch (error) {
    console.warn(`${error.message}\nThe install is complete; npm run build shows the failure again.`)
  }
}
