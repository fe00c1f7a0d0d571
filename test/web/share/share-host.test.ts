import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { EngineApi, EngineEvents, HostInfo } from '../../../electron/contract/api'
import { encode } from '../../../electron/contract/codec'
import { ApiError } from '../../../electron/contract/errors'
import type { ShareState } from '../../../electron/contract/share'
import { COMMANDS, commands } from '../../../electron/contract/commands'
import { connectEngine, EVENT_NAMES } from '../../../electron/contract/rpc'
import type { Sharing } from '../../../electron/engine/types'
import { createSharing, type SharingOptions } from '../../../electron/web/share/sharing'
import { createWebSocketChannel } from '../../../electron/web/websocket-channel'
import { createEngineDouble, type EngineDouble } from '../../helpers/engine-double'
import { GOOD } from '../../helpers/good-arguments'
import { settled, until } from '../../helpers/until'

let root = ''
let engine: EngineDouble
let sharing: Sharing
const faults: unknown[] = []
const sockets: WebSocket[] = []

type On = Extract<ShareState, { on: true }>
const on = (): On => {
  const state = sharing.state()
  if (!state.on) throw new Error('not shared')
  return state
}
const origin = (): string => on().url.replace(/\/$/, '')

async function start(options: Partial<SharingOptions> = {}): Promise<void> {
  sharing = createSharing({ engine, root, onInternalError: (_w, e) => faults.push(e), ...options })
  await sharing.start({ address: '127.0.0.1', port: 0 })
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fleetlab-share-'))
  await writeFile(join(root, 'index.html'), '<title>page</title>')
  await writeFile(join(root, 'join.html'), '<title>join</title>')
  engine = createEngineDouble()
  faults.length = 0
})
afterEach(async () => {
  vi.useRealTimers()
  for (const ws of sockets.splice(0)) ws.terminate()
  await sharing.stop()
  await rm(root, { recursive: true })
  expect(faults).toEqual([])
})

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

function ask(path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(on().url)
    const method = body === undefined ? 'GET' : 'POST'
    const sent = request({ hostname, port, path, method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (d: string) => (text += d))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const post = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(
    '/join',
    { origin: origin(), 'content-type': 'application/json', ...headers },
    typeof body === 'string' ? body : JSON.stringify(body),
  )

/** Joins as a browser would and returns its cookie. */
async function seat(name: string): Promise<string> {
  const { status, headers } = await post({ code: on().code, name })
  expect(status).toBe(200)
  return headers['set-cookie']?.[0]?.split(';')[0] ?? ''
}

function socket(cookie: string | undefined, from = origin(), path = '/engine'): WebSocket {
  const ws = new WebSocket(origin().replace('http', 'ws') + path, {
    origin: from,
    ...(cookie === undefined ? {} : { headers: { cookie } }),
  })
  sockets.push(ws)
  return ws
}

const outcome = (ws: WebSocket): Promise<string> =>
  new Promise((resolve) => {
    ws.on('open', () => resolve('open'))
    ws.on('error', () => undefined)
    ws.on('unexpected-response', (_request, response) => {
      resolve(String(response.statusCode))
      ws.terminate()
    })
  })

interface Pupil {
  ws: WebSocket
  api: EngineApi
  hosts: HostInfo[]
}

async function pupil(name: string): Promise<Pupil> {
  const ws = socket(await seat(name))
  expect(await outcome(ws)).toBe('open')
  const hosts: HostInfo[] = []
  const handlers = Object.fromEntries(
    EVENT_NAMES.map((n) => [
      n,
      (e: unknown) => {
        if (n === 'host') hosts.push(e as HostInfo)
      },
    ]),
  ) as unknown as EngineEvents
  return { ws, hosts, api: connectEngine(createWebSocketChannel(ws), handlers, () => undefined) }
}

const call = (api: EngineApi, command: keyof EngineApi): Promise<unknown> =>
  (api[command] as (a: unknown) => Promise<unknown>)(GOOD[command])
const verdict = (p: Promise<unknown>): Promise<string> =>
  p.then(
    () => 'done',
    (e: unknown) => (e instanceof ApiError ? e.code : 'failed'),
  )

/** Every command of the contract, one after the other; who is granted what. */
async function granted(api: EngineApi): Promise<string[]> {
  const out: string[] = []
  for (const command of COMMANDS) {
    const code = await verdict(call(api, command))
    if (code !== 'forbidden') out.push(command)
  }
  return out
}

const generous = { commands: { burst: 1e6, perSecond: 1e6 }, messages: { burst: 1e6, perSecond: 1e6 } }

describe('documents', () => {
  beforeEach(() => start())

  it('are the join page for anyone and the page for those who joined, both never kept', async () => {
    const stranger = await ask('/')
    expect(stranger.body).toContain('join')
    expect(stranger.headers['cache-control']).toBe('no-store')
    expect(String(stranger.headers['content-security-policy'])).toContain("default-src 'self'")
    expect((await ask('/index.html')).body).toContain('join')
    const member = await ask('/', { cookie: await seat('Mina') })
    expect(member.body).toContain('page')
    expect(member.headers['cache-control']).toBe('no-store')
    expect((await ask('/', { cookie: 'fleetlab_1=abc' })).body).toContain('join')
  })

  it('are refused under a foreign host name', async () => {
    expect((await ask('/', { host: 'evil.example' })).status).toBe(421)
    expect((await ask('/', { host: '192.168.0.7:80' })).status).toBe(421)
  })

  it('have nothing outside their folder', async () => {
    expect((await ask('/../package.json')).status).toBe(404)
    expect((await ask('/%2e%2e/%2e%2e/etc/passwd')).status).toBe(404)
  })
})

describe('joining', () => {
  beforeEach(() => start())

  it('gives a cookie that scripts and other sites never see', async () => {
    const { headers, body } = await post({ code: on().code, name: 'Mina' })
    expect(headers['set-cookie']?.[0]).toMatch(/^fleetlab_\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/)
    expect(JSON.parse(body)).toEqual({ joined: true })
    expect(on().viewers).toMatchObject([{ name: 'Mina', connected: false, controls: false }])
  })

  it('refuses with the reason', async () => {
    const wrong = await post({ code: '00000000', name: 'Mina' })
    expect(wrong.status).toBe(403)
    expect(wrong.headers['set-cookie']).toBeUndefined()
    expect(JSON.parse(wrong.body)).toMatchObject({ joined: false, reason: 'wrong-code' })
    expect((await post({ code: on().code, name: '...' })).status).toBe(422)
    const foreign = { origin: 'http://evil.example' }
    expect((await post({ code: on().code, name: 'x' }, foreign)).status).toBe(403)
    expect((await ask('/join', {}, '{}')).status).toBe(403)
  })

  it.each([
    ['{', 'application/json'],
    ['[]', 'application/json'],
    ['{"code":1,"name":"x"}', 'application/json'],
    ['{"code":"1","name":"x","admin":true}', 'application/json'],
    [JSON.stringify({ code: '1', name: 'x'.repeat(5000) }), 'application/json'],
    ['code=1&name=x', 'application/x-www-form-urlencoded'],
  ])('refuses %s as %s', async (body, type) => {
    expect((await post(body, { 'content-type': type })).status).toBe(400)
  })

  it('counts wrong codes and tells how long to wait', async () => {
    for (let i = 0; i < 10; i++) await post({ code: '00000000', name: 'Eve' })
    const late = await post({ code: on().code, name: 'Eve' })
    expect(late.status).toBe(429)
    expect((JSON.parse(late.body) as { retryInMs: number }).retryInMs).toBeGreaterThan(3000)
  })

  it('tells a browser whether it still has its seat', async () => {
    const cookie = await seat('Mina')
    expect((await ask('/seat', { cookie })).status).toBe(204)
    sharing.remove(on().viewers[0]?.id ?? '')
    expect((await ask('/seat', { cookie })).status).toBe(401)
    expect((await ask('/', { cookie })).body).toContain('join')
  })
})

describe('a viewer', () => {
  it('needs the token, the origin and the path', async () => {
    await start()
    const cookie = await seat('Mina')
    expect(await outcome(socket(undefined))).toBe('401')
    expect(await outcome(socket(`${cookie}x`))).toBe('401')
    expect(await outcome(socket(cookie, 'http://evil.example'))).toBe('403')
    expect(await outcome(socket(cookie, origin(), '/other'))).toBe('404')
    expect(engine.pages).toHaveLength(0)
    expect(await outcome(socket(cookie))).toBe('open')
    expect(engine.hosts).toEqual([{ kind: 'web', viewer: 'Mina', readOnly: true }])
    expect(on().viewers).toMatchObject([{ name: 'Mina', connected: true }])
  })

  it('is refused every command of the contract but those that only look', async () => {
    await start({ limits: generous })
    const { api } = await pupil('Mina')
    const looking = COMMANDS.filter((c) => commands[c].allowed === 'viewer')
    expect(await granted(api)).toEqual(looking)
    expect(engine.calls.map((c) => c.command)).toEqual(looking)
  })

  it('with the controls steers the run and nothing beyond; taken back, the next command is refused', async () => {
    await start({ limits: generous })
    const { api, hosts } = await pupil('Mina')
    const other = await pupil('Joon')
    sharing.handOver('v1')
    expect(await granted(api)).toEqual(COMMANDS.filter((c) => commands[c].allowed !== 'host'))
    expect(await verdict(other.api.control({ action: 'pause' }))).toBe('forbidden')
    expect(hosts).toEqual([{ kind: 'web', viewer: 'Mina', readOnly: false }])
    sharing.takeBack()
    const before = engine.calls.length
    expect(await verdict(api.control({ action: 'stop' }))).toBe('forbidden')
    expect(engine.calls).toHaveLength(before)
    expect(hosts.at(-1)).toMatchObject({ readOnly: true })
  })

  it('never gets what belongs to files, load tests, experiments, lessons or sharing, even with the controls', () => {
    const own =
      /^(open|new|save|choose|start|stop(?!Repeat)|delete|cancel|run[A-Z]|show[A-Z]|handOver|takeBack|remove(Viewer)|renew|set(Settings)|mark|settle|clear(Recent|Progress)|getSharing|getWorkspace|getAbout)/
    expect(COMMANDS.filter((c) => commands[c].allowed !== 'host' && own.test(c))).toEqual([])
  })

  it('is slowed down when it asks too much, without losing the connection', async () => {
    await start({ limits: { commands: { burst: 5, perSecond: 0.001 } } })
    const { api } = await pupil('Mina')
    const verdicts = await Promise.all(Array.from({ length: 8 }, () => verdict(api.getRates({}))))
    expect(verdicts.filter((v) => v === 'done')).toHaveLength(5)
    expect(verdicts.filter((v) => v === 'unavailable')).toHaveLength(3)
    expect(on().viewers).toMatchObject([{ connected: true }])
  })

  it('is cut off when it floods, sends too much or says no hello', async () => {
    await start({ limits: { messages: { burst: 20, perSecond: 0.001 }, helloMs: 60 } })
    const flood = socket(await seat('Flood'))
    await outcome(flood)
    const cut = new Promise<number>((resolve) => flood.on('close', resolve))
    for (let i = 0; i < 30; i++) flood.send(encode({ t: 's', i: `${i}` }))
    expect(await cut).toBe(1006)

    const big = socket(await seat('Big'))
    await outcome(big)
    const tooBig = new Promise<number>((resolve) => big.on('close', resolve))
    big.send(new Uint8Array(256 * 1024 + 1))
    expect(await tooBig).toBe(1009)

    const silent = socket(await seat('Silent'))
    await outcome(silent)
    expect(await new Promise<number>((resolve) => silent.on('close', resolve))).toBe(1006)
  })

  it('that answers no heartbeat is dropped', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    await start({ limits: { heartbeatMs: 30 } })
    const { ws, api } = await pupil('Mina')
    await api.hello({ contract: 1 })
    for (let beat = 0; beat < 4; beat++) {
      const pinged = once(ws, 'ping')
      vi.advanceTimersByTime(30)
      await pinged
      // what comes after the answer shows that the answer has come
      await api.hello({ contract: 1 })
    }
    expect(on().viewers).toMatchObject([{ connected: true }])
    ws.pause()
    vi.advanceTimersByTime(60)
    await expect.poll(() => on().viewers[0]?.connected).toBe(false)
  })

  it('that does not read is told nothing more on request', async () => {
    await start({ limits: { maxUnreadBytes: 1000 } })
    const { ws, api } = await pupil('Mina')
    const page = engine.pages[0]
    ws.pause()
    const text = 'x'.repeat(1_000_000)
    for (let i = 0; i < 20; i++)
      page?.events.log({ atMs: i, level: 'info', note: { key: 'big', values: {}, text } })
    const unread = await settled(() => page?.bufferedBytes() ?? 0)
    expect(unread).toBeGreaterThan(1000)
    const before = engine.calls.length
    const answer = verdict(api.getRates({}))
    await until(() => (page?.bufferedBytes() ?? 0) > unread, 'the refusal behind what is unread')
    ws.resume()
    expect(await answer).toBe('unavailable')
    expect(engine.calls).toHaveLength(before)
  })

  it('is one of a bounded number', async () => {
    await start({ limits: { maxViewers: 2 } })
    await seat('a')
    await seat('b')
    const { status, body } = await post({ code: on().code, name: 'c' })
    expect(status).toBe(503)
    expect(JSON.parse(body)).toMatchObject({ reason: 'full' })
  })

  it('that is removed loses its connection and its seat', async () => {
    await start()
    const { ws } = await pupil('Mina')
    const closed = new Promise<number>((resolve) => ws.on('close', resolve))
    sharing.remove('v1')
    expect(await closed).toBe(4001)
    expect(on().viewers).toEqual([])
  })
})

describe('sharing', () => {
  it('is off until started, listens once, and leaves nothing open', async () => {
    sharing = createSharing({ engine, root, onInternalError: () => undefined })
    expect(sharing.state()).toEqual({ on: false })
    expect(() => sharing.renewCode()).toThrow('not shared')
    await expect(sharing.start({ address: '203.0.113.9' })).rejects.toMatchObject({ code: 'unavailable' })
    await sharing.start({ address: '127.0.0.1', port: 0 })
    await expect(sharing.start({ address: '127.0.0.1' })).rejects.toMatchObject({ code: 'conflict' })
    const { ws } = await pupil('Mina')
    const closed = new Promise((resolve) => ws.on('close', resolve))
    const { url } = on()
    const before = sharing.revision
    await sharing.stop()
    await closed
    expect(sharing.state()).toEqual({ on: false })
    expect(sharing.revision).toBeGreaterThan(before)
    await expect(fetch(url)).rejects.toThrow()
  })

  it('takes the next port when one is taken', async () => {
    await start()
    const port = Number(new URL(on().url).port)
    const second = createSharing({ engine, root, onInternalError: () => undefined })
    await expect(second.start({ address: '127.0.0.1', port })).rejects.toMatchObject({ code: 'conflict' })
    await second.start({ address: '127.0.0.1' })
    const third = createSharing({ engine, root, onInternalError: () => undefined })
    await third.start({ address: '127.0.0.1' })
    expect(second.state()).not.toEqual(third.state())
    await Promise.all([second.stop(), third.stop()])
  })
})

describe('connections that say nothing', () => {
  it('take no places of those who do, however many there are', async () => {
    await start()
    const { port } = new URL(on().url)
    const silent = Array.from({ length: 200 }, () => connect(Number(port), '127.0.0.1'))
    for (const socket of silent) socket.on('error', () => undefined)
    await Promise.all(silent.map((socket) => new Promise((done) => socket.once('connect', done))))
    expect((await ask('/')).status).toBe(200)
    await expect
      .poll(() => silent.filter((s) => !s.closed && !s.destroyed).length, { timeout: 10_000 })
      .toBeLessThan(70)
    for (const socket of silent) socket.destroy()
  })
})
