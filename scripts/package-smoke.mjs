// Tries a packed fleetlab command the way its user would: version, run, load, serve. Used for the archive and for the
// npm package, so both are held to the same.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const LIMIT_MS = 60_000
const LOAD = [
  'load',
  '--url',
  'embedded',
  '--publishers',
  '4',
  '--rate',
  '50',
  '--qos',
  '1',
  '--duration',
  '1s',
]

const fail = (what, detail) => {
  throw new Error(`${what}${detail ? `:\n${detail.trim()}` : ''}`)
}

/** Environment in which a command finds nothing of the checkout and leaves nothing with the user. */
function strangersEnv(folder) {
  const own = { HOME: folder, XDG_DATA_HOME: join(folder, 'data'), APPDATA: join(folder, 'data') }
  const inherited = Object.entries(process.env).filter(([name]) => !/^NODE_/.test(name))
  return { ...Object.fromEntries(inherited), ...own }
}

function start(command, args, folder) {
  const [program, ...first] = command
  const child = spawn(program, [...first, ...args], { cwd: folder, env: strangersEnv(folder) })
  const seen = { stdout: '', stderr: '' }
  child.stdout.on('data', (d) => (seen.stdout += d))
  child.stderr.on('data', (d) => (seen.stderr += d))
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
  const ended = new Promise((resolve) => {
    child.on('error', (error) => {
      seen.stderr += error.message
      resolve(null)
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve(code)
    })
  })
  return { child, seen, ended }
}

/** Exit code of a load test during which the machine was too busy to measure a broker. */
const INCONCLUSIVE = 3

/** Runs to the end; resolves to its standard output, rejects when the exit code is another. */
async function run(command, args, folder, expected = [0]) {
  const { seen, ended } = start(command, args, folder)
  const code = await ended
  if (!expected.includes(code))
    fail(`fleetlab ${args.join(' ')} ended with ${code}`, seen.stderr || seen.stdout)
  return seen.stdout
}

async function tryVersion(command, folder, version) {
  const said = (await run(command, ['--version'], folder)).trim()
  if (said !== version) fail(`fleetlab --version says ${said}, package.json ${version}`)
}

/** The classroom example: losses at QoS 0, none at 1 and 2. */
async function tryRun(command, folder, scenario) {
  const args = ['run', scenario, '--messages', '40', '--seed', '7', '--json', '-']
  const { groups } = JSON.parse(await run(command, args, folder))
  const delivered = groups.map((g) => `QoS ${g.qos}: ${g.delivered} of ${g.expected}`).join(', ')
  const safe = groups.filter((g) => g.qos > 0)
  if (safe.length !== 2 || safe.some((g) => g.delivered !== g.expected)) fail('fleetlab run', delivered)
}

/** A load test in its worker thread, and a report that draws its charts by itself. */
async function tryLoad(command, folder) {
  const html = join(folder, 'load.html')
  const args = [...LOAD, '--json', '-', '--html', html]
  const report = JSON.parse(await run(command, args, folder, [0, INCONCLUSIVE]))
  if (report.received !== report.offered || report.offered === 0) {
    fail('fleetlab load', `${report.received} of ${report.offered} messages received`)
  }
  if (!readFileSync(html, 'utf8').includes('uPlot')) fail('the HTML report of fleetlab load has no charts')
}

/** The page with its script, byte for byte as packed, until it is asked to end. */
async function tryServe(command, folder, packed) {
  const server = start(command, ['serve', '--port', '0'], folder)
  try {
    const url = await pageUrl(server)
    const page = await get(url)
    const script = /<script[^>]*src="\.?\/?([^"]+)"/.exec(page.toString())?.[1]
    if (script === undefined) fail('the served page has no script', page.toString())
    for (const file of [script, 'join.html']) {
      const digest = (bytes) => createHash('sha256').update(bytes).digest('hex')
      if (digest(await get(new URL(file, url))) !== digest(packed(file))) fail(`${file} is served changed`)
    }
  } finally {
    server.child.kill('SIGTERM')
    await server.ended
  }
}

function pageUrl({ child, seen, ended }) {
  return new Promise((resolve, reject) => {
    child.stdout.on('data', () => {
      const url = /^page\s+(http:\S+)/m.exec(seen.stdout)?.[1]
      if (url !== undefined) resolve(url)
    })
    void ended.then(() =>
      reject(new Error(`fleetlab serve ended before it gave an address:\n${seen.stderr}`)),
    )
  })
}

async function get(url) {
  const answer = await fetch(url)
  if (!answer.ok) fail(`${url} answers ${answer.status}`)
  return Buffer.from(await answer.arrayBuffer())
}

/**
 * Tries every form of use; rejects at the first that fails.
 * @param {string[]} command program and first arguments
 * @param {{ folder: string, version: string, scenario: string, packed: (file: string) => Buffer }} given `folder` is
 *   where the command runs and its files go, `packed` reads a file of the packed page
 */
export async function tryCommand(command, { folder, version, scenario, packed }) {
  await tryVersion(command, folder, version)
  await tryRun(command, folder, scenario)
  await tryLoad(command, folder)
  await tryServe(command, folder, packed)
}
