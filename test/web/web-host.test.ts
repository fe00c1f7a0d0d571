import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { startWebHost, type WebHost } from '../../electron/web/web-host'
import { createEngineDouble, type EngineDouble } from '../helpers/engine-double'
import { settled } from '../helpers/until'

let root = ''
let host: WebHost
let engine: EngineDouble
const faults: unknown[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fleetlab-page-'))
  await mkdir(join(root, 'assets'))
  await writeFile(join(root, 'index.html'), '<!doctype html><title>page</title>')
  await writeFile(join(root, 'assets/app.js'), 'export {}')
  engine = createEngineDouble()
  host = await startWebHost({
    engine,
    root,
    maxPayload: 1000,
    maxPages: 2,
    onInternalError: (_where, thrown) => faults.push(thrown),
  })
})
afterEach(async () => {
  await host.close()
  await rm(root, { recursive: true })
})

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** `fetch` will not send a Host header of our choice. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(host.url)
    request({ hostname, port, path, method, headers, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (d: string) => (body += d))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
      .on('error', reject)
      .end()
  })
}

function open(origin: string | undefined, path = '/engine', headers: Record<string, string> = {}): WebSocket {
  return new WebSocket(host.url.replace('http', 'ws') + path, {
    ...(origin === undefined ? {} : { origin }),
    headers,
  })
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

const closeCode = (ws: WebSocket): Promise<number> => new Promise((resolve) => ws.on('close', resolve))

describe('page', () => {
  it('serves index.html at / with the content security policy', async () => {
    const { status, headers, body } = await get('/')
    expect(status).toBe(200)
    expect(body).toContain('<title>page</title>')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("object-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain(`connect-src 'self' ${host.url.replace('http', 'ws')}`)
    expect(policy).not.toContain("script-src 'self' 'unsafe")
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('no-referrer')
  })

  it('serves its files with their type and answers /favicon.ico', async () => {
    expect((await get('/assets/app.js')).headers['content-type']).toContain('javascript')
    expect((await get('/favicon.ico')).status).toBe(204)
  })

  it('has nothing outside its folder', async () => {
    expect((await get('/../package.json')).status).toBe(404)
    expect((await get('/%2e%2e/%2e%2e/etc/passwd')).status).toBe(404)
    expect((await get('/nothing')).status).toBe(404)
  })

  it('refuses a foreign host name', async () => {
    expect((await get('/', { host: 'evil.example' })).status).toBe(421)
  })

  it('refuses to be written to', async () => {
    expect((await get('/', {}, 'POST')).status).toBe(405)
  })
})

describe('engine socket', () => {
  it('opens for its own page and hands the channel to the engine', async () => {
    const ws = open(host.url)
    expect(await outcome(ws)).toBe('open')
    expect(engine.pages).toHaveLength(1)
    const closed = new Promise<void>((resolve) => engine.pages[0]!.onClose(resolve))
    ws.close()
    await closed
  })

  it('refuses another origin, none, another path and a foreign host', async () => {
    expect(await outcome(open('http://evil.example'))).toBe('403')
    expect(await outcome(open(undefined))).toBe('403')
    expect(await outcome(open(host.url, '/other'))).toBe('404')
    const foreign = open('http://evil.example', '/engine', { host: 'evil.example' })
    expect(await outcome(foreign)).toBe('421')
    expect(engine.pages).toHaveLength(0)
  })

  it('refuses more pages than it has room for', async () => {
    const pages = [open(host.url), open(host.url)]
    expect(await Promise.all(pages.map(outcome))).toEqual(['open', 'open'])
    expect(await outcome(open(host.url))).toBe('503')
  })

  it('shows the engine how much a page has not read yet', async () => {
    const slow = open(host.url)
    await outcome(slow)
    slow.pause()
    const page = engine.pages[0]!
    expect(page.bufferedBytes()).toBe(0)
    const text = 'x'.repeat(1_000_000)
    for (let i = 0; i < 20; i++) {
      page.events.log({ atMs: i, level: 'info', note: { key: 'big', values: {}, text } })
    }
    expect(await settled(() => page.bufferedBytes())).toBeGreaterThan(1_000_000)
    slow.resume()
    await expect.poll(() => page.bufferedBytes()).toBe(0)
    slow.terminate()
  })

  it('ends a connection that sends more than the limit, text, or what is no message', async () => {
    const big = open(host.url)
    await outcome(big)
    big.send(new Uint8Array(1001))
    expect(await closeCode(big)).toBe(1009)

    const text = open(host.url)
    await outcome(text)
    text.send('hello')
    expect(await closeCode(text)).toBe(1003)

    const broken = open(host.url)
    await outcome(broken)
    broken.send(Uint8Array.of(0xda, 0xff))
    expect(await closeCode(broken)).toBe(1000)
  })
})

describe('listener', () => {
  it('says in one line that a port is taken', async () => {
    const port = Number(new URL(host.url).port)
    await expect(
      startWebHost({ engine, root, port, onInternalError: () => undefined }),
    ).rejects.toMatchObject({
      code: 'conflict',
      message: `port ${port} of 127.0.0.1 is in use; choose another with --port`,
    })
  })

  it('closes within a second though pages are open', async () => {
    const silent = open(host.url)
    await outcome(silent)
    silent.pause()
    const started = performance.now()
    await host.close()
    expect(performance.now() - started).toBeLessThan(1000)
    await expect(get('/')).rejects.toThrow('ECONNREFUSED')
    silent.terminate()
  })
})

describe('a page that other computers can reach', () => {
  const KEY = 'a-key-of-the-host'
  const ORIGIN = 'https://lab.example'
  beforeEach(async () => {
    await host.close()
    host = await startWebHost({ engine, root, key: KEY, origin: ORIGIN, onInternalError: () => undefined })
  })
  const cookieName = () => `fleetlab_host_${host.port}`

  it('shows nothing of itself to whoever has no key', async () => {
    for (const path of [
      '/',
      '/index.html',
      '/assets/app.js',
      '/?key=',
      '/?key=wrong',
      `/index.html?key=${KEY}`,
    ]) {
      const { status, body } = await get(path)
      expect([path, status, body]).toEqual([path, 401, expect.stringContaining('including its key')])
    }
    expect((await get('/', { cookie: `${cookieName()}=wrong` })).status).toBe(401)
    expect(await outcome(open(host.url))).toBe('401')
    expect(await outcome(open(ORIGIN, '/engine', { cookie: `${cookieName()}=` }))).toBe('401')
    expect(engine.pages).toHaveLength(0)
  })

  it('lets the browser in that brought the key, by a cookie no script reads and no plain connection carries', async () => {
    const { status, headers } = await get(`/?key=${KEY}`, { host: 'lab.example' })
    expect([status, headers['location'], headers['cache-control']]).toEqual([303, '/', 'no-store'])
    const cookie = `${cookieName()}=${KEY}`
    expect(headers['set-cookie']).toEqual([`${cookie}; HttpOnly; SameSite=Strict; Path=/; Secure`])
    const page = await get('/', { cookie, host: 'lab.example' })
    expect(page.body).toContain('<title>page</title>')
    expect(String(page.headers['content-security-policy'])).toContain('wss://lab.example')
    expect(await outcome(open(ORIGIN, '/engine', { cookie, host: 'lab.example' }))).toBe('open')
    expect(await outcome(open('http://lab.example', '/engine', { cookie, host: 'lab.example' }))).toBe('403')
  })
})
