import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startServe } from '../helpers/served'
import { until } from '../helpers/until'

const root = join(import.meta.dirname, '../..')
const cli = join(root, 'out/main/cli.js')
const CLASSROOM = join(root, 'examples/classroom-qos.yaml')

let data = ''
beforeEach(() => (data = mkdtempSync(join(tmpdir(), 'fleetlab-faults-'))))
afterEach(() => rmSync(data, { recursive: true, force: true }))

/** Runs a line of the shell; `$fleetlab` is the command. */
function shell(line: string): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, XDG_DATA_HOME: data, fleetlab: `${process.execPath} ${cli}` }
  return spawnSync('bash', ['-c', line], { env, encoding: 'utf8' })
}

describe.runIf(process.platform === 'linux')('with 64 open files', () => {
  it('the broker goes on for those it has, and takes in others again when there is room', async () => {
    const child = spawn('bash', ['-c', `ulimit -n 64; exec ${process.execPath} ${cli} broker --port 0`])
    const ended = new Promise<number | null>((done) => child.once('close', done))
    let text = ''
    child.stdout.on('data', (d: Buffer) => (text += d.toString()))
    await until(() => /mqtt:\S+:\d+/.test(text), 'the address of the broker')
    const url = /mqtt:\S+:\d+/.exec(text)?.[0] ?? ''
    const first = await connectAsync(url, { clientId: 'first' })
    let closed = 0
    const flood = Array.from({ length: 150 }, (): Socket => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      socket.on('error', () => undefined)
      socket.on('close', () => closed++)
      return socket
    })
    await until(() => closed > 50, 'connections that found no room')
    const got: string[] = []
    first.on('message', (topic) => got.push(topic))
    await first.subscribeAsync('a')
    await first.publishAsync('a', '1', { qos: 1 })
    await until(() => got.length === 1, 'the message of the one that was there before')
    for (const socket of flood) socket.destroy()
    const another = (): Promise<boolean> =>
      connectAsync(url, { clientId: 'later' }).then(
        (later) => later.endAsync().then(() => true),
        () => false,
      )
    await until(another, 'room for another')
    await first.endAsync()
    child.kill('SIGINT')
    expect(await ended).toBe(0)
  })

  it('a load test says in one line what it needs', () => {
    const { status, stderr } = shell('ulimit -n 64; $fleetlab load --url embedded --publishers 100')
    expect(stderr).toMatch(/^fleetlab: 101 clients need \d+ open files, but the limit here is 64; [^\n]+\n$/)
    expect(status).toBe(2)
  })
})

describe.runIf(process.platform !== 'win32')('standard output', () => {
  it.each(['>&-', '| head -c 1 > /dev/null; exit ${PIPESTATUS[0]}'])(
    'closed by %s ends nothing',
    (closed) => {
      const { status, stderr } = shell(
        `$fleetlab run ${CLASSROOM} --messages 1 --seed 1 --speed max --json - ${closed}`,
      )
      expect(stderr).not.toMatch(/Error|EPIPE|EBADF|^ +at /m)
      expect(status).toBe(0)
    },
  )
})

it.runIf(process.platform === 'linux')(
  'a data folder that cannot be written is said in one line, and the page is served',
  async () => {
    const served = await startServe({ data: '/sys' })
    expect((await fetch(served.url)).status).toBe(200)
    await until(() => /Autosave failed/.test(served.printed()), 'the word on what is not kept')
    expect(served.printed()).toMatch(/: (permission denied|the disk is read-only); choose another location\n/)
    expect(served.printed()).not.toMatch(/^ +at |E[A-Z]{3,}:/m)
    await served.end()
  },
)

describe('two programs on one folder, one of them killed', () => {
  it('each serves its page, and what the killed one left costs the next nothing', async () => {
    const [a, b] = await Promise.all([startServe({ data }), startServe({ data })])
    await a.end('SIGKILL')
    expect((await fetch(b.url)).status).toBe(200)
    const c = await startServe({ data })
    expect((await fetch(c.url)).status).toBe(200)
    expect(c.printed() + b.printed()).not.toMatch(/error|failed/i)
    await Promise.all([b.end(), c.end()])
  })

  it.each(['settings.json', 'recent.json', 'progress.json'])(
    'a corrupt %s costs itself alone',
    async (name) => {
      const folder = join(data, 'mqtt-fleet-lab')
      spawnSync('mkdir', ['-p', folder])
      writeFileSync(join(folder, name), Buffer.from('{"version":1,"value":{"__proto__":\u0000', 'latin1'))
      const served = await startServe({ data })
      expect((await fetch(served.url)).status).toBe(200)
      expect(served.printed()).not.toMatch(/^ +at /m)
      await served.end()
    },
  )
})
