import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { mosquittoPath, startMosquitto, type Mosquitto } from '../../helpers/mosquitto'
import { frameOf, publishFrame } from '../observe/capture/wire'
import type { Recording } from '../../../electron/engine/import/recording'
import { read, rowsOf } from './files'
import { byTshark, byUs, hasTshark } from './tshark'

/** Capturing needs rights that not everybody has. */
const canCapture =
  hasTshark &&
  mosquittoPath !== null &&
  spawnSync('dumpcap', ['-i', 'lo', '-c', '1', '-a', 'duration:1']).status === 0
if (!canCapture) console.log('no capture on loopback: mosquitto, dumpcap or the right to use it is missing')

/** Says CONNECT and PUBLISH at QoS 2 and breaks the connection at PUBREC. */
function breakOff(port: number): Promise<void> {
  return new Promise((done, fail) => {
    const socket: Socket = connect(port, '127.0.0.1')
    socket.on('error', fail)
    socket.write(
      frameOf({ cmd: 'connect', clientId: 'broken', clean: true, protocolId: 'MQTT', protocolVersion: 4 }),
    )
    socket.on('data', (bytes) => {
      if (bytes[0] === 0x20)
        socket.write(publishFrame({ topic: 'home/broken', payload: 'x', qos: 2, id: 11 }))
      if (bytes.at(-4) !== 0x50) return
      socket.resetAndDestroy()
      done()
    })
  })
}

describe.skipIf(!canCapture)('a capture of mosquitto and its clients on loopback', () => {
  let folder = ''
  let broker: Mosquitto
  let dumpcap: ChildProcess
  let recording: Recording
  const run = promisify(execFile)
  const file = (): string => join(folder, 'live.pcapng')

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'inspect-'))
    broker = await startMosquitto()
    dumpcap = spawn('dumpcap', ['-i', 'lo', '-f', `tcp port ${broker.port}`, '-w', file()], {
      stdio: 'ignore',
    })
    await vi.waitUntil(() => existsSync(file()), { timeout: 30_000 })
    const to = ['-h', '127.0.0.1', '-p', String(broker.port)]
    // Its answer says that the capture runs.
    const seen = (): Recording | null => {
      try {
        return read(readFileSync(file()))
      } catch {
        return null
      }
    }
    await vi.waitUntil(
      async () => {
        await run('mosquitto_pub', [...to, '-i', 'probe', '-t', 'probe', '-m', 'x'])
        return seen()?.report().packets.DISCONNECT
      },
      { timeout: 30_000, interval: 300 },
    )
    const subscribe = [...to, '-V', '5', '-i', 'sub', '-q', '2', '-t', 'home/#']
    const subscriber = spawn('mosquitto_sub', subscribe, { stdio: 'ignore' })
    const left = new Promise((done) => subscriber.once('exit', done))
    await vi.waitUntil(() => (seen()?.report().packets.SUBACK ?? 0) > 0, { timeout: 30_000, interval: 300 })
    const five = [
      '-V',
      '5',
      '-D',
      'publish',
      'user-property',
      'a',
      'b',
      '-D',
      'publish',
      'content-type',
      'text/plain',
    ]
    await run('mosquitto_pub', [
      ...to,
      ...five,
      '-i',
      'five',
      '-q',
      '2',
      '-t',
      'home/a',
      '-m',
      'x'.repeat(3000),
    ])
    await run('mosquitto_pub', [
      ...to,
      '-i',
      'old',
      '-V',
      '31',
      '-q',
      '1',
      '-r',
      '-t',
      'home/kept',
      '-m',
      'kept',
    ])
    const will = ['--will-topic', 'home/will', '--will-payload', 'gone', '--will-qos', '1']
    await run('mosquitto_pub', [...to, ...will, '-i', 'willing', '-q', '2', '-t', 'home/b', '-m', 'y'])
    await breakOff(broker.port)
    await run('mosquitto_pub', [...to, '-i', 'last', '-q', '2', '-t', 'home/c', '-m', 'z'])
    const settled = (): boolean => {
      const clients = seen()?.report().clients ?? []
      const subscribed = clients.find((c) => c.clientId === 'sub')
      return (
        (subscribed?.exchanges.complete ?? 0) >= 4 &&
        clients.some((c) => c.clientId === 'last' && c.packets >= 7)
      )
    }
    await vi.waitUntil(settled, { timeout: 30_000, interval: 300 })
    subscriber.kill('SIGTERM')
    await left
    const ended = new Promise((done) => dumpcap.once('exit', done))
    dumpcap.kill('SIGINT')
    await ended
    recording = read(readFileSync(file()))
  }, 120_000)

  afterAll(() => {
    dumpcap.kill('SIGKILL')
    broker.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('every packet has type, identifier, QoS, DUP and length as tshark has them', () => {
    const ours = byUs(rowsOf(recording))
    expect(ours.length).toBeGreaterThan(40)
    expect(ours).toEqual(byTshark(file(), [broker.port]))
  })

  it('the report names the unfinished handshake and no other', () => {
    const { unfinished, malformed, missingBytes, clients } = recording.report()
    expect({ malformed, missingBytes }).toEqual({ malformed: 0, missingBytes: 0 })
    expect(
      unfinished.map(({ clientId, packetId, topic, missing }) => ({ clientId, packetId, topic, missing })),
    ).toEqual([{ clientId: 'broken', packetId: 11, topic: 'home/broken', missing: 'PUBREL' }])
    expect(clients.find((c) => c.clientId === 'five')).toMatchObject({ level: 5, exchanges: { complete: 1 } })
    expect(clients.find((c) => c.clientId === 'old')).toMatchObject({ level: 3, exchanges: { complete: 1 } })
  })

  it('topics are those that were published, with what is retained', () => {
    expect(recording.topics.detail('home/kept')).toMatchObject({ messages: 1, retained: true })
    expect(recording.topics.detail('home/a')?.history[0]?.payload.length).toBe(3000)
  })
})
