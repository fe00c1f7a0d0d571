// npm start: the desktop window where there is a runtime and a display, else the same build from plain Node.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureBuilt, root } from './build-once.mjs'
import { fetchElectron, findElectron, noWindowReason } from './electron-runtime.mjs'

/** An Electron that ends with a failure this soon never showed a window. */
const EARLY_EXIT_MS = 5000

const USAGE = 'usage: npm start -- [--web] [--port N]'

const say = (line) => console.log(line)

/** Ends the build and the download when the user does not wait for them. */
const preparing = new AbortController()

/** Makes Ctrl-C do this, and nothing that was set before. */
function onStop(act) {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.removeAllListeners(signal)
    if (act) process.on(signal, () => act(signal))
  }
}

function readFlags() {
  try {
    const { values } = parseArgs({
      options: { web: { type: 'boolean' }, port: { type: 'string' }, help: { type: 'boolean' } },
    })
    if (values.help) {
      say(
        `${USAGE}\n  --web      in a browser, also where there is a desktop\n  --port N   of the page in a browser`,
      )
      process.exit(0)
    }
    if (values.port !== undefined && !/^\d{1,5}$/.test(values.port))
      throw new Error(`--port: expected a number from 0 to 65535, found ${values.port}`)
    return values
  } catch (error) {
    console.error(`npm start: ${error.message.split('\n')[0]}; ${USAGE}`)
    process.exit(2)
  }
}

/** Path of the runtime, or why there is none to use. */
async function runtime() {
  const reason = noWindowReason()
  if (reason !== null) return { path: null, why: reason }
  const found = findElectron()
  if (found.path) return found
  const failed = await fetchElectron(say, preparing.signal)
  return failed === null ? findElectron() : { path: null, why: failed }
}

/** Runs the desktop application; resolves to null when it ran, else to why it did not. */
function runElectron(path) {
  const started = Date.now()
  const child = spawn(path, [root], { stdio: 'inherit' })
  let stopping = false
  onStop((signal) => {
    stopping = true
    child.kill(signal)
  })
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(`Electron did not start: ${error.message}`))
    child.on('close', (code, signal) => {
      const ended = code === 0 || stopping
      if (!ended && Date.now() - started < EARLY_EXIT_MS)
        resolve(`Electron ended at once (${signal ?? code})`)
      else {
        process.exitCode = ended ? 0 : 1
        resolve(null)
      }
    })
  })
}

/** Hands over to the built command line, in this process, so that Ctrl-C has one place to go. */
async function serve(port) {
  const cli = join(root, 'out/main/cli.js')
  process.argv = [process.execPath, cli, 'serve', ...(port === undefined ? [] : ['--port', port])]
  await import(pathToFileURL(cli).href)
}

const flags = readFlags()
onStop(() => {
  preparing.abort()
  process.exit(0)
})
const web = flags.web === true || flags.port !== undefined
try {
  const [found] = await Promise.all([web ? null : runtime(), ensureBuilt(say, preparing.signal)])
  const why = found?.path ? await runElectron(found.path) : (found?.why ?? '')
  if (why !== null) {
    if (!web) say(`No desktop window (${why}): serving the page to a browser instead.`)
    onStop(null)
    await serve(flags.port)
  }
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
