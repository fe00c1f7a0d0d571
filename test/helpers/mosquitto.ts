import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './until'

/** The broker of Debian's package, or null where it is not installed. */
export const mosquittoPath: string | null =
  ['mosquitto', '/usr/sbin/mosquitto'].find((p) => !spawnSync(p, ['-h']).error) ?? null

/** Why tests with mosquitto are skipped. */
export const NO_MOSQUITTO = 'mosquitto is not installed'

export interface Mosquitto {
  readonly port: number
  readonly process: ChildProcess
  stop(): void
}

/** A port nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  return typeof address === 'object' && address ? address.port : 0
}

/** Waits until the port of a listener that was added is open. */
export async function listening(port: number, host = '127.0.0.1'): Promise<void> {
  await until(
    () =>
      new Promise<boolean>((done) => {
        const socket = connect(port, host, () => {
          socket.destroy()
          done(true)
        })
        socket.on('error', () => done(false))
      }),
    `mosquitto on port ${port}`,
  )
}

/**
 * Starts mosquitto on a free loopback port; with `password`, only user `ann` may enter with it.
 * @param more lines of its configuration
 */
export async function startMosquitto(password?: string, more: readonly string[] = []): Promise<Mosquitto> {
  const folder = mkdtempSync(join(tmpdir(), 'fleetlab-mosquitto-'))
  const port = await freePort()
  const lines = [`listener ${port} 127.0.0.1`, 'persistence false', 'log_type none', 'user root']
  if (password === undefined) lines.push('allow_anonymous true')
  else {
    const file = join(folder, 'passwords')
    spawnSync('mosquitto_passwd', ['-b', '-c', file, 'ann', password])
    lines.push('allow_anonymous false', `password_file ${file}`)
  }
  lines.push(...more)
  const config = join(folder, 'mosquitto.conf')
  writeFileSync(config, `${lines.join('\n')}\n`)
  const process = spawn(mosquittoPath ?? 'mosquitto', ['-c', config], { stdio: 'ignore' })
  await listening(port)
  return {
    port,
    process,
    stop: () => {
      process.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
