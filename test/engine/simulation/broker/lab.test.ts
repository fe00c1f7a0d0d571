import { afterEach, describe, expect, it } from 'vitest'
import { MqttJsLab } from '../../../helpers/mqttjs-lab'

let lab: MqttJsLab
afterEach(() => lab.close())

describe('with mqtt.js devices behind simulated links', () => {
  it('QoS 2 to persistent sessions is exactly once over loss, delay and cuts', async () => {
    lab = await MqttJsLab.open()
    const total = 400
    const got: Map<string, number>[] = []
    let subscribed = 0
    for (let i = 1; i <= 3; i++) {
      const counts = new Map<string, number>()
      got.push(counts)
      const cut = { every: '150ms', down: '30ms' }
      const link = { kind: 'radio' as const, loss: 0.2, delay: '20ms', recovery: { timeout: 100 }, cut }
      const sub = lab.device(`sub-${i}`, link)
      sub.on('message', (_topic, payload) => {
        const key = payload.toString()
        counts.set(key, (counts.get(key) ?? 0) + 1)
      })
      sub.subscribe('t', { qos: 2 }, () => subscribed++)
    }
    await lab.until(() => subscribed === 3)
    const pub = lab.device('pub', { kind: 'radio' })
    let sent = 0
    const next = () => {
      if (sent === total) return
      pub.publish('t', `${++sent}`, { qos: 2 })
      lab.sim.clock.schedule(1, next)
    }
    pub.once('connect', next)
    await lab.until(() => got.every((m) => m.size === total))
    expect(got.every((m) => [...m.values()].every((n) => n === 1))).toBe(true)
    expect(lab.events.filter((e) => e.kind === 'closed').length).toBeGreaterThan(5)
    expect(lab.faults).toEqual([])
  })
})
