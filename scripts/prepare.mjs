// After `npm ci`: builds, so that every command works at once. Never breaks an install.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, root } from './build-once.mjs'

// The scripts of package.json begin with `exec`, so that a signal meets the program and not a shell in between. Measured
// with npm 11.19 and dash 0.5.12, which does not replace itself by the last command: without `exec`, SIGTERM to npm ends
// npm and leaves the program running, SIGINT to npm reaches nobody and npm goes on, and from Ctrl-C, which reaches the
// whole group, npm brings back the signal's exit code instead of the program's own. With `exec` all of them reach the
// program, and its exit code comes back. cmd.exe does not know the word and needs no such help.
if (process.platform === 'win32') writeFileSync(join(root, 'node_modules/.bin/exec.cmd'), '@%*\r\n')

// An install without development dependencies brings its build along.
if (existsSync(join(root, 'node_modules/electron-vite'))) {
  try {
    await ensureBuilt((line) => console.log(line))
  } catch (error) {
    console.warn(`${error.message}\nThe install is complete; npm run build shows the failure again.`)
  }
}
