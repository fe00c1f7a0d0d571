import { describe, expect, it } from 'vitest'
import { keptLoadSchema, loadSchema } from '../../electron/contract/load-config'
import { brokerHost } from '../../electron/contract/loopback'
import { parseScenario } from '../../electron/contract/scenario-file'

const external = (name: string): string =>
  `version: 1\nname: a\nbroker: { kind: external, url: "mqtt://a.example", passwordEnv: ${name} }\n`
const embedded = (name: string): string =>
  `version: 1\nname: a\nbroker: { kind: embedded, users: [{ username: a, passwordEnv: ${name} }] }\n`

describe('the environment variables a file may name', () => {
  it.each(['AWS_SECRET_ACCESS_KEY', 'HOME', 'FLEETLAB_', 'XFLEETLAB_A', 'fleetlab_a', 'FLEETLAB_A B'])(
    'do not include %s',
    (name) => {
      const wrong = /passwordEnv: .*starts with FLEETLAB_/
      expect(() => parseScenario(external(name), 'a.yaml')).toThrow(wrong)
      expect(() => parseScenario(embedded(name), 'a.yaml')).toThrow(wrong)
      expect(loadSchema.safeParse({ passwordEnv: name }).success).toBe(false)
    },
  )

  it('begin with FLEETLAB_', () => {
    expect(parseScenario(external('FLEETLAB_A'), 'a.yaml').broker).toMatchObject({
      passwordEnv: 'FLEETLAB_A',
    })
    expect(parseScenario(embedded('FLEETLAB_A'), 'a.yaml').broker.kind).toBe('embedded')
    expect(loadSchema.parse({ passwordEnv: 'FLEETLAB_A' }).passwordEnv).toBe('FLEETLAB_A')
  })

  it('are shown in a report of an earlier version whatever their name', () => {
    const kept = keptLoadSchema.parse({ url: 'mqtt://a.example', passwordEnv: 'MQTT_PASSWORD' })
    expect(kept.passwordEnv).toBe('MQTT_PASSWORD')
  })
})

describe('the host of a broker URL', () => {
  it.each([
    ['mqtt://127.0.0.1:1883', '127.0.0.1'],
    ['wss://[::1]:8084/mqtt', '[::1]'],
    ['ws://127.0.0.1\\.evil.example', '127.0.0.1'],
    ['ws://a.example?x=127.0.0.1', 'a.example'],
    ['ws:///a.example', null],
    ['mqtt://:1883', null],
  ])('of %s is %s', (url, host) => {
    expect(brokerHost(url)).toBe(host)
  })

  it('is what a URL connects to, and a URL without one is refused', () => {
    const open = (url: string) =>
      parseScenario(external('FLEETLAB_A').replace('mqtt://a.example', url), 'a.yaml')
    expect(() => open('ws:///a.example')).toThrow(/broker\.url/)
    expect(() => open('mqtt://:1883')).toThrow(/broker\.url/)
  })
})
