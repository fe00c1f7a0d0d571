import type { IClientOptions } from 'mqtt'
import { afterEach, describe, expect, it } from 'vitest'
import type { LinkInput } from '../../../../electron/contract/link-config'
import type { Direction, QoS } from '../../../../electron/contract/packet'
import { Type } from '../../../../electron/engine/mqtt/packet'
import { messageKey } from '../../../../electron/engine/mqtt/identity'
import { MqttJsLab } from '../../../helpers/mqttjs-lab'

let lab: MqttJsLab
afterEach(async () => {
  await lab.close()
  expect(lab.faults).toEqual([])
})

const payload = (n: number) => `{"n":${n},"_id":"pub:${n}"}`

/** Publishes n messages at one QoS through two lossy links and gives what the subscriber got. */
async function campaign(
  qos: QoS,
  link: LinkInput,
  messages = 150,
  options: IClientOptions = {},
): Promise<string[]> {
  lab = await MqttJsLab.open()
  const got: string[] = []
  const sub = lab.device('sub', link, options)
  sub.on('message', (_, body) => void got.push(body.toString()))
  let subscribed = false
  const subscribe = () => {
    if (!subscribed) sub.subscribe({ t: { qos } }, (error) => (subscribed ||= !error))
  }
  sub.on('connect', subscribe)
  await lab.until(() => subscribed)
  const pub = lab.device('pub', link, options)
  let acknowledged = 0
  let sent = 0
  const publish = (n: number) => {
    pub.publish('t', payload(n), { qos }, (error) => {
      // mqtt.js refuses what it is given while it resends its store, if the connection ends before that is done.
      if (error) lab.sim.clock.schedule(20, () => publish(n))
      else acknowledged++
    })
  }
  const next = () => {
    if (sent >= messages) return
    publish(++sent)
    lab.sim.clock.schedule(5, next)
  }
  pub.once('connect', next)
  const idle = () => lab.links.every((l) => l.pending() === 0)
  await lab.until(() => sent === messages && (qos === 0 || acknowledged === messages) && idle())
  if (qos > 0) await lab.until(() => new Set(got).size === messages)
  await lab.until(idle)
  return got
}

const ofPublish = (direction: Direction) =>
  lab.transits.filter((p) => p.direction === direction && p.packet.type === Type.PUBLISH)

/** Every PUBLISH after the first of a message has DUP and the first one's identifier. */
function expectHonestRedelivery(): number {
  let again = 0
  for (const direction of ['uplink', 'downlink'] as const) {
    const first = new Map<string, number>()
    for (const p of ofPublish(direction)) {
      const key = messageKey(p.packet)
      const id = p.packet.packetId
      const known = first.get(key)
      expect(p.packet.dup).toBe(known !== undefined)
      if (known !== undefined) {
        again++
        expect(id).toBe(known)
      }
      first.set(key, id)
    }
  }
  return again
}

const lossy = { loss: 0.2, delay: '5ms', recovery: { timeout: 40 } } as const

describe('mqtt.js and the embedded broker over a radio link', () => {
  it.each([0, 1, 2] as const)('QoS %d keeps its promise at 20 percent loss', async (qos) => {
    const got = await campaign(qos, lossy)
    if (qos === 0) expect(got.length).toBeLessThan(150)
    if (qos === 1) expect(got.length).toBeGreaterThan(150)
    if (qos === 2) expect(got.length).toBe(150)
    if (qos !== 1) expect(new Set(got).size).toBe(got.length)
  })

  it.each([1, 2] as const)(
    'QoS %d with all packets exposed, CONNECT, SUBSCRIBE and PINGREQ too, does not stall',
    async (qos) => {
      const got = await campaign(qos, { ...lossy, lossScope: 'all', loss: 0.3 }, 100, { keepalive: 1 })
      expect(new Set(got).size).toBe(100)
      expect(lab.events.filter((e) => e.kind === 'closed')).toEqual([])
    },
  )

  it.each([1, 2] as const)(
    'QoS %d recovers by reconnecting: DUP and old identifiers in both directions',
    async (qos) => {
      const got = await campaign(
        qos,
        { ...lossy, loss: 0.1, recovery: { mode: 'reconnect', timeout: 40 } },
        60,
      )
      expect(new Set(got).size).toBe(60)
      expect(lab.events.some((e) => e.kind === 'closed' && e.by === 'recovery')).toBe(true)
      if (qos === 2) expect(got).toHaveLength(60)
      if (qos === 2) expect(expectHonestRedelivery()).toBeGreaterThan(5)
    },
  )

  it('QoS 2 through loss and a cut every 200 ms is delivered exactly once', async () => {
    const got = await campaign(2, { ...lossy, cut: { every: 200 } }, 150)
    expect(got).toHaveLength(150)
    expect(new Set(got).size).toBe(150)
    expect(lab.events.filter((e) => e.kind === 'closed' && e.by === 'cut').length).toBeGreaterThan(4)
    expect(expectHonestRedelivery()).toBeGreaterThan(20)
  })

  it('MQTT 5 does the same', async () => {
    const got = await campaign(2, { ...lossy, cut: { every: 200 } }, 80, {
      protocolVersion: 5,
      properties: { sessionExpiryInterval: 1000 },
    })
    expect(got).toHaveLength(80)
  })
})

describe('mqtt.js and the embedded broker over tcp and cut links', () => {
  it.each([0, 1, 2] as const)('QoS %d over tcp at 10 percent loss loses and repeats nothing', async (qos) => {
    const got = await campaign(qos, { kind: 'tcp', loss: 0.1, delay: '5ms' })
    expect(got).toEqual(Array.from({ length: 150 }, (_, i) => payload(i + 1)))
    expect(lab.transits.some((p) => p.segmentLosses > 1)).toBe(true)
  })

  it.each(['before', 'after'] as const)(
    'a cut %s each packet of the QoS 2 handshake costs nothing',
    async (when) => {
      const uplink = { direction: 'uplink', when } as const
      const downlink = { direction: 'downlink', when } as const
      const rules = [
        { ...uplink, type: 'PUBLISH', nth: 3 },
        { ...uplink, type: 'PUBREL', nth: 6 },
        { ...downlink, type: 'PUBREC', nth: 9 },
        { ...downlink, type: 'PUBCOMP', nth: 12 },
        { ...downlink, type: 'PUBLISH', nth: 5 },
        { ...downlink, type: 'PUBREL', nth: 8 },
        { ...uplink, type: 'PUBREC', nth: 11 },
        { ...uplink, type: 'PUBCOMP', nth: 14 },
      ] as const
      const got = await campaign(2, { kind: 'cut', delay: '5ms', cut: { rules: [...rules] } }, 40)
      expect(got).toHaveLength(40)
      expect(new Set(got).size).toBe(40)
      expect(lab.events.filter((e) => e.kind === 'closed' && e.by === 'cut')).toHaveLength(8)
      expectHonestRedelivery()
    },
  )
})
