import { spawn, type ChildProcess } from 'node:child_process'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'

/** Ms after which what was asked to end hangs, on however busy a machine. */
const HANG_MS = 20_000

const root = join(import.meta.dirname, '../..')
const FLEETLAB = ['out/main/cli.js']
const START = ['scripts/start.mjs']
const CLASSROOM = 'examples/classroom-qos.yaml'

interface Started {
  child: ChildProcess
  /** Resolves when what was printed so far matches. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>
}

const running = new Set<ChildProcess>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** As a user's shell would: one process, and Ctrl-C is a signal to it. */
function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env } })
  running.add(child)
  let stdout = ''
  let stderr = ''
  const waiting: (() => void)[] = []
  child.stdout.on('data', (d: Buffer) => {
    stdout += d.toString()
    for (const check of waiting) check()
  })
  child.stderr.on('data', (d: Buffer) => {
    stderr += d.toString()
    for (const check of waiting) check()
  })
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => {
      running.delete(child)
      resolve({ code, stdout, stderr })
    })
  })
  const printed = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const found = pattern.exec(stdout + stderr)
        if (found) resolve(found)
      }
      waiting.push(check)
      check()
      void ended.then((e) => reject(new Error(`ended with ${e.code}: ${e.stdout}${e.stderr}`)))
    })
  return { child, printed, ended }
}

/** Ctrl-C, then the outcome and how long it took. */
async function interrupt(run: Started) {
  const before = performance.now()
  run.child.kill('SIGINT')
  const outcome = await run.ended
  return { ...outcome, tookMs: performance.now() - before }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

async function withTakenPort<T>(use: (port: number) => Promise<T>): Promise<T> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await use((server.address() as AddressInfo).port)
  } finally {
    server.close()
  }
}

describe('the fleetlab process', () => {
  it('runs a scenario from seed to the same counts twice', async () => {
    const args = [
      ...FLEETLAB,
      'run',
      CLASSROOM,
      '--messages',
      '60',
      '--seed',
      '7',
      '--speed',
      'max',
      '--json',
      '-',
    ]
    const [a, b] = await Promise.all([start(args).ended, start(args).ended])
    expect(a.code).toBe(0)
    const report = JSON.parse(a.stdout) as { groups: { name: string; lost: number; duplicated: number }[] }
    const [qos0, qos1, qos2] = report.groups
    expect(qos0).toMatchObject({ name: 'QoS 0', duplicated: 0 })
    expect(qos0?.lost).toBeGreaterThan(0)
    expect(qos1).toMatchObject({ name: 'QoS 1', lost: 0 })
    expect(qos1?.duplicated).toBeGreaterThan(0)
    expect(qos2).toMatchObject({ name: 'QoS 2', lost: 0, duplicated: 0 })
    expect(b.stdout).toBe(a.stdout)
  })

  it('prints what it has and exits 130 when Ctrl-C cuts a run short', async () => {
    const run = start([...FLEETLAB, 'run', CLASSROOM, '--json', '-'])
    await run.printed(/s: \d of 6 devices/)
    const { code, stdout, tookMs } = await interrupt(run)
    expect(code).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ complete: false })
    expect(tookMs).toBeLessThan(HANG_MS)
  })

  it('exits 2 with one line when a port asked for by number is taken', async () => {
    await withTakenPort(async (port) => {
      for (const command of ['broker', 'serve']) {
        const { code, stdout, stderr } = await start([...FLEETLAB, command, '--port', String(port)]).ended
        expect({ command, code, stdout }).toEqual({ command, code: 2, stdout: '' })
        expect(stderr).toMatch(new RegExp(`^fleetlab: [^\\n]*\\b${port}\\b[^\\n]*\\n$`))
      }
    })
  })

  it('ends a broker with open connections on Ctrl-C with exit code 0 and no port left open', async () => {
    const run = start([...FLEETLAB, 'broker', '--port', '0', '--ws-port', '0'])
    const port = Number((await run.printed(/mqtt:\/\/127\.0\.0\.1:(\d+)/))[1])
    const idle = connect(port, '127.0.0.1')
    idle.on('error', () => undefined)
    await new Promise((resolve) => idle.once('connect', resolve))
    const { code, tookMs } = await interrupt(run)
    expect(code).toBe(0)
    expect(tookMs).toBeLessThan(HANG_MS)
    expect(await accepts(port)).toBe(false)
  })
})

describe.runIf(process.platform !== 'win32')('Ctrl-C through npm', () => {
  // The terminal sends SIGINT to the whole group, a supervisor to npm alone.
  it.each(['group', 'npm'])('sent to %s, ends the program with its own exit code', async (to) => {
    const child = spawn('npm', ['run', '-s', 'fleetlab', '--', 'broker', '--port', '0'], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
    const port = await new Promise<number>((resolve) => {
      let text = ''
      child.stdout.on('data', (d: Buffer) => {
        text += d.toString()
        const found = /mqtt:\/\/127\.0\.0\.1:(\d+)/.exec(text)
        if (found) resolve(Number(found[1]))
      })
    })
    const before = performance.now()
    process.kill(to === 'group' ? -(child.pid ?? 0) : (child.pid ?? 0), 'SIGINT')
    expect(await closed).toBe(0)
    expect(performance.now() - before).toBeLessThan(HANG_MS)
    expect(await accepts(port)).toBe(false)
  })
})

describe('npm start', () => {
  it('serves the page and the demo fleet, and ends with exit code 0 on Ctrl-C', async () => {
    const run = start([...START, '--web', '--port', '0'])
    const broker = Number((await run.printed(/broker mqtt:\/\/127\.0\.0\.1:(\d+)/))[1])
    const url = (await run.printed(/page +(http:\S+)/))[1] ?? ''
    expect(await (await fetch(url)).text()).toContain('<script type="module"')
    const { code, tookMs } = await interrupt(run)
    expect(code).toBe(0)
    expect(tookMs).toBeLessThan(HANG_MS)
    expect(await accepts(broker)).toBe(false)
    expect(await accepts(Number(new URL(url).port))).toBe(false)
  })

  it.runIf(process.platform === 'linux')(
    'says why it opens no window where there is no display',
    async () => {
      const run = start(START, { DISPLAY: '', WAYLAND_DISPLAY: '' })
      await run.printed(
        /^No desktop window \(there is no display\): serving the page to a browser instead\.$/m,
      )
      await run.printed(/page +http/)
      expect(await interrupt(run)).toMatchObject({ code: 0 })
    },
  )

  it('exits 2 with one line for an unknown flag and for a taken port', async () => {
    const unknown = await start([...START, '--wbe']).ended
    expect(unknown).toMatchObject({ code: 2, stdout: '' })
    expect(unknown.stderr.trimEnd().split('\n')).toHaveLength(1)
    await withTakenPort(async (port) => {
      const taken = await start([...START, '--port', String(port)]).ended
      expect(taken.code).toBe(2)
      expect(taken.stderr).toMatch(new RegExp(`^fleetlab: [^\\n]*\\b${port}\\b[^\\n]*\\n$`))
    })
  })
})
