import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isNewer, releaseSource, Updates } from '../../electron/store/updates'

const DAY_MS = 86_400_000
let folder = ''
let server: Server
let origin = ''
let asked: { url: string; headers: IncomingHttpHeaders }[] = []
let answer: { status: number; body: unknown; location?: string } = { status: 200, body: {} }
let nowMs = 0

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetlab-updates-'))
  asked = []
  nowMs = 1_700_000_000_000
  server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', headers: request.headers })
    response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location })
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  answer = { status: 200, body: { tag_name: 'v1.10.0', html_url: `${origin}/v1.10.0` } }
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
  await rm(folder, { recursive: true, force: true })
})

async function start(version = '1.9.0'): Promise<Updates> {
  const updates = new Updates({
    ...{ folder, version, fetch },
    source: { url: `${origin}/latest.json`, pages: `${origin}/` },
    store: { now: () => nowMs, onCorrupt: () => undefined },
    onChange: () => undefined,
  })
  await updates.load()
  return updates
}

it('asks nobody before the user has agreed, nor after a no', async () => {
  const updates = await start()
  await updates.look()
  expect(updates.state()).toMatchObject({ lookUp: 'ask', newer: null })
  await updates.choose(false)
  await updates.look()
  expect(asked).toEqual([])
  expect((await start()).state()).toMatchObject({ lookUp: 'off' })
})

it('looks at once when the user agrees, then at most once a day, over restarts too', async () => {
  const updates = await start()
  await updates.choose(true)
  expect(updates.newer()).toEqual({ version: '1.10.0', url: `${origin}/v1.10.0` })
  nowMs += DAY_MS - 1
  await updates.look()
  const again = await start()
  await again.look()
  expect(again.newer()).toMatchObject({ version: '1.10.0' })
  expect(asked).toHaveLength(1)
  nowMs += 1
  await again.look()
  expect(asked).toHaveLength(2)
  await again.choose(false)
  expect(again.newer()).toBeNull()
})

it('sends the request and nothing about the user or the program', async () => {
  await (await start()).choose(true)
  const [{ url, headers } = { url: '', headers: {} }] = asked
  expect(url).toBe('/latest.json')
  expect(headers).toMatchObject({ 'user-agent': 'mqtt-fleet-lab', 'accept-language': '*' })
  expect(headers.cookie).toBeUndefined()
  expect(JSON.stringify(headers)).not.toContain('1.9.0')
})

it('says nothing of the version that runs, or an older one', async () => {
  const updates = await start('1.10.0')
  await updates.choose(true)
  expect(updates.newer()).toBeNull()
})

it.each<[string, typeof answer | ((o: string) => typeof answer)]>([
  ['an error', { status: 500, body: '' }],
  ['no JSON', { status: 200, body: '<html>' }],
  ['no version', { status: 200, body: { tag_name: 'latest', html_url: 'https://example.com' } }],
  ['a page elsewhere', { status: 200, body: { tag_name: 'v9.0.0', html_url: 'https://evil.example/' } }],
  ['a draft', (o) => ({ status: 200, body: { tag_name: 'v9.0.0', html_url: `${o}/`, draft: true } })],
  ['a way to elsewhere', (o) => ({ status: 302, body: '', location: `${o}/other` })],
])('an answer that is %s is none, and a look all the same', async (_what, given) => {
  answer = typeof given === 'function' ? given(origin) : given
  const updates = await start()
  await updates.choose(true)
  expect(updates.newer()).toBeNull()
  await updates.look()
  expect(asked).toHaveLength(1)
  const kept: unknown = JSON.parse(await readFile(join(folder, 'updates.json'), 'utf8'))
  expect(kept).toMatchObject({ data: { lookUp: 'on', lookedAtMs: nowMs } })
})

describe('the place to look', () => {
  const at = (home: string | null, env: NodeJS.ProcessEnv = {}) =>
    writeFile(join(folder, 'package.json'), JSON.stringify(home === null ? {} : { homepage: home })).then(
      () => releaseSource(folder, env),
    )
  const home = 'https://github.com/someone/fleet-lab'

  it('is that of the home page on GitHub, and none without one', async () => {
    expect(await at(home)).toEqual({
      url: 'https://api.github.com/repos/someone/fleet-lab/releases/latest',
      pages: 'https://github.com/someone/fleet-lab/releases/',
    })
    expect(await at(null)).toBeNull()
    expect(await at('https://mqtt-fleet-lab.invalid')).toBeNull()
  })

  it('can be named, and forbidden, by the environment', async () => {
    expect(await at(home, { FLEETLAB_RELEASES: 'https://school.example/lab.json' })).toEqual({
      url: 'https://school.example/lab.json',
      pages: 'https://school.example/',
    })
    for (const unsafe of ['http://school.example/lab.json', 'file:///etc/passwd', 'lab.json'])
      expect(await at(home, { FLEETLAB_RELEASES: unsafe })).toBeNull()
    expect(await at(home, { FLEETLAB_NO_UPDATE_CHECK: '1' })).toBeNull()
    expect(await at(home, { FLEETLAB_NO_UPDATE_CHECK: '0' })).not.toBeNull()
  })
})

it('versions are compared by their numbers', () => {
  expect(isNewer('1.10.0', '1.9.9')).toBe(true)
  expect(isNewer('2.0.0', '10.0.0')).toBe(false)
  expect(isNewer('1.0.0', '1.0.0')).toBe(false)
})
