import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { EngineApi, EngineEvents } from '../../../electron/contract/api'
import { connectEngine, EVENT_NAMES } from '../../../electron/contract/rpc'
import type { Sharing } from '../../../electron/engine/types'
import { createSharing } from '../../../electron/web/share/sharing'
import { createWebSocketChannel } from '../../../electron/web/websocket-channel'
import { createEngineDouble } from '../../helpers/engine-double'

const CROWD = 1000
const SEATS = 60
/** Browsers that come at the same time. */
const AT_ONCE = 50

let root = ''
let sharing: Sharing
const faults: unknown[] = []
const sockets: WebSocket[] = []
const engine = createEngineDouble()

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fleetlab-crowd-'))
  await writeFile(join(root, 'index.html'), '<title>page</title>')
  await writeFile(join(root, 'join.html'), '<title>join</title>')
  sharing = createSharing({ engine, root, onInternalError: (_where, e) => faults.push(e) })
  await sharing.start({ address: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  for (const ws of sockets.splice(0)) ws.terminate()
  await sharing.stop()
  await rm(root, { recursive: true })
})

function shared(): { url: string; code: string } {
  const state = sharing.state()
  if (!state.on) throw new Error('not shared')
  return { url: state.url.replace(/\/$/, ''), code: state.code }
}

/** Takes a seat, if there is one. */
async function takeSeat(name: string): Promise<{ status: number; cookie: string }> {
  const { url, code } = shared()
  const answer = await fetch(`${url}/join`, {
    method: 'POST',
    headers: { origin: url, 'content-type': 'application/json' },
    body: JSON.stringify({ code, name }),
  })
  await answer.text()
  return { status: answer.status, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' }
}

function open(cookie: string): Promise<WebSocket | number> {
  const { url } = shared()
  const ws = new WebSocket(`${url.replace('http', 'ws')}/engine`, { origin: url, headers: { cookie } })
  sockets.push(ws)
  ws.on('error', () => undefined)
  return new Promise((done) => {
    ws.on('open', () => done(ws))
    ws.on('unexpected-response', (_request, response) => {
      ws.terminate()
      done(response.statusCode ?? 0)
    })
  })
}

/** What each of so many gives, some of them at a time. */
async function crowd<T>(n: number, each: (i: number) => Promise<T>): Promise<T[]> {
  const out: T[] = []
  for (let i = 0; i < n; i += AT_ONCE)
    out.push(...(await Promise.all(Array.from({ length: Math.min(AT_ONCE, n - i) }, (_, k) => each(i + k)))))
  return out
}

const silence = Object.fromEntries(EVENT_NAMES.map((n) => [n, () => undefined])) as unknown as EngineEvents

/** Opens pages, which say hello. */
async function watch(cookies: readonly string[]): Promise<EngineApi[]> {
  const opened = (await Promise.all(cookies.map(open))).filter((o) => o instanceof WebSocket)
  expect(opened).toHaveLength(cookies.length)
  const pages = opened.map((ws) => connectEngine(createWebSocketChannel(ws), silence, () => undefined))
  await Promise.all(pages.map((api) => api.hello({ contract: 1 })))
  return pages
}

it('of a thousand who want to watch, as many as there are seats are let in; those are served, one that never reads too', async () => {
  const answers = await crowd(CROWD, (i) => takeSeat(`viewer ${i}`))
  const seated = answers.filter((a) => a.status === 200)
  expect(seated).toHaveLength(SEATS)
  expect(answers.filter((a) => a.status === 503)).toHaveLength(CROWD - SEATS)
  const [slow, ...others] = seated
  const [unread] = await watch([slow?.cookie ?? ''])
  const pages = await watch(others.map((s) => s.cookie))
  sockets[0]?.pause()
  const note = { key: 'big', values: {}, text: 'x'.repeat(1_000_000) }
  for (let i = 0; i < 10; i++) engine.pages[0]?.events.log({ atMs: i, level: 'info', note })
  expect(await Promise.all(pages.map((api) => api.getRates({})))).toHaveLength(SEATS - 1)
  expect(engine.pages[0]?.bufferedBytes()).toBeGreaterThan(1_000_000)
  sockets[0]?.resume()
  expect(await unread?.getRates({}).catch((e: unknown) => e)).toBeDefined()
  expect(await crowd(100, () => open('none=1'))).toEqual(Array.from({ length: 100 }, () => 401))
  const state = sharing.state()
  expect(state.on && state.viewers.filter((v) => v.connected)).toHaveLength(SEATS)
  expect(faults).toEqual([])
})
