import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AllowedHosts } from '../../../electron/engine/base/allowed-hosts'
import { scenarioOf, testEngine, type OpenedEngine } from '../../helpers/lab-run'

/** A name for this machine that is not taken for it: what counts is what the user reads. */
const FOREIGN = '[::ffff:127.0.0.1]'

describe('a scenario at a broker on another machine', () => {
  let other: OpenedEngine
  let mine: OpenedEngine
  let url = ''
  beforeEach(async () => {
    other = testEngine()
    mine = testEngine({ FLEETLAB_PASSWORD: 'secret' })
    await other.engine.open(scenarioOf({}), null)
    url = (other.engine.status().broker.listeners[0]?.url ?? '').replace('127.0.0.1', FOREIGN)
  })
  afterEach(() => Promise.all([other.engine.close(), mine.engine.close()]))

  const scenario = () =>
    scenarioOf({
      broker: { kind: 'external', url, username: 'ann', passwordEnv: 'FLEETLAB_PASSWORD' },
      groups: [{ name: 'p' }],
    })

  it('is not connected to before the user has allowed its host, and the run before it goes on', async () => {
    await mine.engine.open(scenarioOf({ groups: [{ name: 'q' }] }), null)
    await expect(mine.engine.open(scenario(), null)).rejects.toMatchObject({
      code: 'unconfirmed',
      details: [
        { path: 'host', found: FOREIGN },
        { path: 'username', found: 'ann' },
      ],
    })
    expect(mine.engine.status().broker.kind).toBe('embedded')
    expect(mine.engine.status().run).toBe('running')
    expect(other.engine.status().devices.connected).toBe(0)
  })

  it('is connected to after it', async () => {
    mine.engine.allowHost(FOREIGN)
    await mine.engine.open(scenario(), null)
    expect(mine.engine.status().broker).toMatchObject({ kind: 'external', url })
  })
})

describe('hosts that are allowed', () => {
  const refused = (url: string, ...allowed: string[]): boolean => {
    const hosts = new AllowedHosts()
    allowed.forEach((h) => hosts.allow(h))
    try {
      hosts.check({ url })
      return false
    } catch {
      return true
    }
  }
  it.each(['embedded', 'mqtt://127.0.0.1', 'mqtt://localhost:1', 'mqtt://LOCALHOST', 'ws://[::1]:9/mqtt'])(
    'include %s at all times',
    (url) => expect(refused(url)).toBe(false),
  )
  it.each([
    'mqtt://a.example',
    'mqtt://127.0.0.1.a.example',
    'mqtt://localhost.a.example',
    'ws:///a.example',
    'mqtt://0.0.0.0',
    'mqtt://127.1',
  ])('do not include %s', (url) => expect(refused(url, 'b.example')).toBe(true))
  it('are known by their name, in any case of letters', () => {
    expect(refused('mqtt://A.example:1883', 'a.Example')).toBe(false)
  })
})

it('of several addresses of a broker each needs the user to have allowed its host', () => {
  const allowed = new AllowedHosts()
  const check = (): void =>
    allowed.check({ url: 'mqtt://127.0.0.1:1883,mqtt://one.example,mqtt://two.example' })
  expect(check).toThrow(/not connected to one.example/)
  allowed.allow('one.example')
  expect(check).toThrow(/not connected to two.example/)
  allowed.allow('two.example')
  expect(check).not.toThrow()
})
