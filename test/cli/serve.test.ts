import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brokerScenario } from '../../electron/cli/broker'
import { isReachable, pageUrls } from '../../electron/cli/serve-address'
import { ApiError } from '../../electron/contract/errors'
import { runFleetlab } from '../helpers/cli-run'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fleetlab-serve-'))
  await mkdir(join(root, 'out/renderer'), { recursive: true })
  await mkdir(join(root, 'examples'))
  await writeFile(join(root, 'out/renderer/index.html'), '<title>page</title>')
  for (const name of ['demo', 'first-steps'])
    await writeFile(join(root, `examples/${name}.yaml`), `version: 1\nname: ${name}\n`)
})
afterAll(() => rm(root, { recursive: true }))

const pageUrl = (text: string): string | undefined => /http:\/\/\S+/.exec(text)?.[0]

describe('fleetlab serve', () => {
  it('serves the page and what a first start shows until Ctrl-C, then exits 0 and leaves no port open', async () => {
    const stop = new AbortController()
    let body = ''
    const outcome = await runFleetlab(
      ['serve'],
      {},
      {
        root,
        interrupt: stop.signal,
        onStdout: (text) => {
          const url = pageUrl(text)
          if (url === undefined || stop.signal.aborted) return
          void fetch(url)
            .then((r) => r.text())
            .then((t) => (body = t))
            .finally(() => stop.abort())
        },
      },
    )
    expect(body).toBe('<title>page</title>')
    expect(outcome.code).toBe(0)
    expect(outcome.stdout).toContain('broker mqtt://127.0.0.1:1883\n')
    expect(outcome.engines[0]).toMatchObject({
      closed: 1,
      opened: [{ scenario: { name: 'first-steps' }, file: null }],
    })
    await expect(fetch(pageUrl(outcome.stdout) ?? '')).rejects.toThrow()
  })

  it('calls the devices of a first start as the system speaks, where it is one of its languages', async () => {
    const stop = new AbortController()
    const { engines } = await runFleetlab(
      ['serve'],
      {},
      {
        root: join(import.meta.dirname, '../..'),
        locale: 'ko-KR',
        interrupt: stop.signal,
        onStdout: (text) => pageUrl(text) !== undefined && stop.abort(),
      },
    )
    expect(engines[0]?.opened[0]?.scenario).toMatchObject({
      name: '장치 세 대',
      groups: [{ name: '센서(좋은 링크)' }, {}, {}],
    })
  })

  it('asks for a key where other computers can reach the page, and says the risk', async () => {
    const stop = new AbortController()
    const outcome = await runFleetlab(
      ['serve', '--host', '0.0.0.0'],
      {},
      { root, interrupt: stop.signal, onStdout: (text) => /Ctrl-C/.test(text) && stop.abort() },
    )
    const pages = [...outcome.stdout.matchAll(/^page {3}(.*)$/gm)].map((m) => new URL(m[1] ?? ''))
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
    const own = addresses.filter((a) => a.family === 'IPv4').map((a) => a.address)
    expect(pages.map((url) => url.hostname).sort()).toEqual(own.sort())
    for (const url of pages) expect(url.searchParams.get('key')).toMatch(/^[\w-]{32}$/)
    expect(outcome.stderr).toMatch(/^warning: other computers can reach the page\. .*--share\.\n$/)
  })

  it('prints the address of the proxy in front, with the key', () => {
    const at = { host: '127.0.0.1', origin: 'https://lab.example' }
    expect([isReachable(at), isReachable({ host: '127.0.0.1' }), isReachable({ host: '::' })]).toEqual([
      true,
      false,
      true,
    ])
    expect(pageUrls(at, 8080, 'k', [])).toEqual(['https://lab.example/?key=k'])
    expect(pageUrls({ host: '127.0.0.1' }, 8080, undefined, [])).toEqual(['http://127.0.0.1:8080'])
  })

  it('refuses what is no origin', async () => {
    const outcome = await runFleetlab(['serve', '--origin', 'lab.example/page'], {}, { root })
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
    expect(outcome.stderr).toMatch(/--origin .*expected https:\/\/name/)
  })

  it('says in one line that the port is taken, and closes the engine', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo
    const outcome = await runFleetlab(['serve', '--port', String(port)], {}, { root })
    taken.close()
    expect(outcome).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `fleetlab: port ${port} of 127.0.0.1 is in use; choose another with --port\n`,
    })
    expect(outcome.engines[0]?.closed).toBe(1)
  })

  it('says what to do when the page is not built', async () => {
    const outcome = await runFleetlab(['serve'], {}, { root: '/nowhere' })
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
    expect(outcome.stderr).toMatch(/^fleetlab: the page is not built .*npm run build\n$/)
  })
})

describe('fleetlab broker', () => {
  it('takes 1883 or the next free port unless a port is named', () => {
    expect(brokerScenario({ host: '127.0.0.1' }).broker).toEqual({ kind: 'embedded', host: '127.0.0.1' })
    expect(brokerScenario({ host: '::1', port: 1900, wsPort: 0, tlsPort: 8883 }).broker).toEqual({
      kind: 'embedded',
      host: '::1',
      port: 1900,
      fixedPort: true,
      wsPort: 0,
      tls: { port: 8883 },
    })
  })

  it('runs until Ctrl-C, exits 0', async () => {
    const stop = new AbortController()
    const outcome = await runFleetlab(
      ['broker', '--port', '0'],
      {},
      { interrupt: stop.signal, onStdout: () => stop.abort() },
    )
    expect(outcome).toMatchObject({ code: 0, stdout: 'broker mqtt://127.0.0.1:1883\n', stderr: '' })
    expect(outcome.engines[0]?.closed).toBe(1)
  })

  it('exits 2 when the engine cannot open the port', async () => {
    const openFails = new ApiError('conflict', 'port 1900 of 127.0.0.1 is taken')
    const outcome = await runFleetlab(['broker', '--port', '1900'], { openFails })
    expect(outcome).toMatchObject({ code: 2, stderr: 'fleetlab: port 1900 of 127.0.0.1 is taken\n' })
  })
})
