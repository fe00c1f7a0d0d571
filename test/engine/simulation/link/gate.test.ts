import { describe, expect, it } from 'vitest'
import type { LinkInput } from '../../../../electron/contract/link-config'
import { LinkRig, publishFrame, tick } from '../../../helpers/link-rig'

const types = (rig: LinkRig) => rig.gate.held().map((p) => p.packet.type)

describe('step mode', () => {
  it('holds the packets of handshakes and lets others pass', async () => {
    const rig = new LinkRig({ gate: true, delay: '10ms' })
    const changes: boolean[] = []
    rig.gate.onChange((holding) => void changes.push(holding))
    await rig.connect()
    expect(changes).toEqual([])
    rig.client.send(publishFrame(1, 7, 1))
    expect(rig.gate.held()).toMatchObject([{ state: 'held', direction: 'uplink', clientId: 'device-1' }])
    expect(rig.transits.at(-1)?.state).toBe('held')
    expect(changes).toEqual([true])
    expect(rig.link.pending()).toBe(2)
  })

  it('deliver: the delay passes at once, and no timer comes nearer', async () => {
    const rig = new LinkRig({ gate: true, delay: '10ms', recovery: { timeout: 100 } })
    await rig.connect()
    let fired = NaN
    rig.clock.schedule(50, () => (fired = rig.clock.now()))
    const from = rig.clock.now()
    rig.client.send(publishFrame(1, 7, 1))
    const [held] = rig.gate.held()
    expect(rig.link.retryTimer('uplink', 7)).toEqual({ atMs: from + 100, timerMs: 100 })
    expect(rig.gate.deliver(held!.id)).toBe(true)
    // the way took 10 ms, and all of the timeout is left
    expect(rig.link.retryTimer('uplink', 7)).toEqual({ atMs: from + 10 + 100, timerMs: 100 })
    expect(held).toMatchObject({ state: 'delivered', settledMs: from + 10 })
    expect(rig.broker.delivered).toHaveLength(1)
    expect(types(rig)).toEqual([4])
    rig.gate.deliverAll()
    expect(rig.link.retryTimer('uplink', 7)).toBeNull()
    expect(rig.settled.at(-1)).toMatchObject({ state: 'delivered', sentMs: from + 10, settledMs: from + 20 })
    rig.clock.run()
    expect(fired).toBe(from + 20 + 50)
    expect(rig.gate.deliver(held!.id)).toBe(false)
  })

  it('drop: lost by step, and the retry is held in its turn, its full timeout later', async () => {
    const rig = new LinkRig({ gate: true, delay: '10ms', recovery: { timeout: 100 } })
    await rig.connect()
    rig.client.send(publishFrame(1, 7, 1))
    rig.gate.deliverAll()
    const [ack] = rig.gate.held()
    expect(rig.gate.drop(ack!.id)).toBe(true)
    expect(ack).toMatchObject({ state: 'lost', cause: 'step' })
    const sent = rig.transits.at(-2)!.sentMs
    rig.clock.run()
    const [again] = rig.gate.held()
    expect(rig.story().at(-1)).toBe('> PUBLISH 7 dup agent')
    // Skipped: the 10 ms of the PUBLISH and the part of the PUBACK's way that it came.
    expect(again!.sentMs - sent).toBeCloseTo(100 + 10 + 10 * ack!.lossPoint, 9)
  })

  it('says of each packet what time step mode let pass: the rest is what a timer ran, and how long the way took', async () => {
    const rig = new LinkRig({ gate: true, delay: '10ms', recovery: { timeout: 100 } })
    await rig.connect()
    rig.client.send(publishFrame(1, 7, 1))
    rig.client.send(publishFrame(1, 8, 2))
    const [first, second] = rig.gate.held()
    rig.gate.deliver(first!.id)
    rig.gate.deliver(second!.id)
    for (const p of [first!, second!]) expect(p.settledMs - p.sentMs - p.heldMs!).toBeCloseTo(10, 9)
    expect([first!.heldMs, second!.heldMs]).toEqual([0, 10])
    for (const ack of rig.gate.held()) rig.gate.drop(ack.id)
    rig.clock.run()
    const [again] = rig.gate.held()
    expect(again!.packet.packetId).toBe(7)
    expect(again!.sentMs - first!.sentMs).toBeGreaterThan(120)
    expect(again!.sentMs - again!.skippedMs! - (first!.sentMs - first!.skippedMs!)).toBeCloseTo(100, 9)
  })

  it('time that passes at a decision brings no later deadline nearer either', async () => {
    const rig = new LinkRig({ loss: 1, recovery: { timeout: 100, maxRetries: 1 } })
    await rig.connect()
    const from = rig.clock.now()
    rig.client.send(publishFrame(1, 1, 1))
    rig.clock.advance(50)
    rig.client.send(publishFrame(1, 2, 2))
    const other = { ...rig.transits[0]!, id: 999, sentMs: 0, settledMs: 30, lossPoint: 1 }
    rig.gate.hold(other, () => undefined)
    rig.gate.deliver(999)
    rig.clock.run()
    const again = rig.transits.filter((p) => p.origin === 'agent')
    expect(again.map((p) => p.sentMs - from)).toEqual([130, 180])
  })

  it('the loss model has no say', async () => {
    const rig = new LinkRig({ gate: true, loss: 1 })
    await rig.connect()
    rig.client.send(publishFrame(2, 7, 1))
    for (let i = 0; i < 4; i++) rig.gate.deliverAll()
    expect(rig.settled.every((p) => p.state === 'delivered')).toBe(true)
    expect(rig.link.pending()).toBe(0)
  })

  it('a cut withdraws what is held', async () => {
    const rig = new LinkRig({ gate: true })
    const changes: boolean[] = []
    rig.gate.onChange((holding) => void changes.push(holding))
    await rig.connect()
    rig.client.send(publishFrame(1, 7, 1))
    rig.client.send(publishFrame(1, 8, 2))
    const ids = rig.gate.held().map((p) => p.id)
    rig.link.cut()
    expect(rig.gate.held()).toEqual([])
    expect(changes).toEqual([true, false])
    expect(rig.settled.slice(-2).map((p) => [p.id, p.state, p.cause])).toEqual(
      ids.map((id) => [id, 'lost', 'cut']),
    )
    expect(rig.gate.drop(ids[0]!)).toBe(false)
  })

  it('opened, lets everything go on', async () => {
    const rig = new LinkRig({ gate: true })
    await rig.connect()
    rig.client.send(publishFrame(1, 7, 1))
    rig.link.setConfig({ ...rig.link.config, gate: false })
    expect(rig.story().slice(2)).toEqual(['> PUBLISH 7', '< PUBACK 7'])
    expect(rig.link.pending()).toBe(0)
  })

  it('holds all packets where all may be lost', async () => {
    const rig = new LinkRig({ gate: true, lossScope: 'all' })
    await rig.open()
    rig.client.send(Buffer.from([0xc0, 0]))
    expect(types(rig)).toEqual([12])
  })

  it.each([0, 0.5])('on a tcp link that loses %d of its segments the delay passes too', async (p) => {
    const rig = new LinkRig({ kind: 'tcp', gate: true, delay: '20ms', loss: p })
    await rig.connect()
    rig.client.send(publishFrame(0, 0, 1))
    const [held] = rig.gate.held()
    rig.gate.deliver(held!.id)
    expect(held).toMatchObject({ state: 'delivered', ownSkippedMs: 20, segmentLosses: 0 })
    expect(held!.settledMs - held!.sentMs).toBeCloseTo(20, 9)
  })

  it('drop on a tcp link: what arrives has taken the timeout and its way, and no part of a first way', async () => {
    const free = new LinkRig({ kind: 'tcp', delay: '20ms' })
    await free.connect()
    free.link.dropNext('uplink', 'PUBLISH')
    free.client.send(publishFrame(0, 0, 1))
    free.clock.run()
    const rig = new LinkRig({ kind: 'tcp', gate: true, delay: '20ms' })
    await rig.connect()
    rig.client.send(publishFrame(0, 0, 1))
    rig.gate.drop(rig.gate.held()[0]!.id)
    rig.clock.run()
    const [lost, dropped] = [free.settled.at(-1)!, rig.settled.at(-1)!]
    expect(dropped).toMatchObject({ state: 'delivered', segmentLosses: 1 })
    expect(dropped.settledMs - dropped.sentMs).toBeCloseTo(lost.settledMs - lost.sentMs, 6)
  })

  it('what step mode lets pass carries nothing on that is on its way when the connection is cut', async () => {
    const rig = new LinkRig({ delay: '100ms' })
    await rig.connect()
    rig.client.send(publishFrame(1, 7, 1))
    rig.clock.advance(20)
    rig.clock.skip(50)
    rig.link.cut()
    expect(rig.settled.at(-1)).toMatchObject({ state: 'lost', cause: 'cut' })
    expect(rig.settled.at(-1)!.lossPoint).toBeCloseTo(0.2, 9)
  })

  it('nor what was dropped after it had waited for others, and is sent again', async () => {
    const rig = new LinkRig({
      gate: true,
      delay: '10ms',
      recovery: { mode: 'link', timeout: 100 },
    })
    await rig.connect()
    rig.client.send(publishFrame(1, 7, 1))
    rig.clock.skip(500)
    rig.gate.drop(rig.gate.held()[0]!.id)
    rig.clock.advance(50)
    rig.link.cut()
    expect(rig.settled.at(-1)!.lossPoint).toBeCloseTo(0.5, 9)
  })

  it.each<LinkInput['cut']>([{ every: '10s' }, { at: ['10s'] }])(
    'a cut by time, %j, comes as much later, whether the link is set anew or not',
    async (cut) => {
      for (const setAnew of [false, true]) {
        const rig = new LinkRig({ kind: 'cut', cut })
        await rig.open()
        rig.clock.advance(2000)
        rig.clock.skip(12_000)
        if (setAnew) rig.link.setConfig({ ...rig.link.config })
        rig.clock.run()
        expect(rig.events.flatMap((e) => (e.kind === 'closed' ? [e.atMs] : []))).toEqual([22_000])
      }
    },
  )

  it('given times come as much later: a partition, and steps of loss and of delay', async () => {
    const arrival = async (input: LinkInput): Promise<number | null> => {
      const rig = new LinkRig({ recovery: { mode: 'none' }, ...input })
      await rig.connect()
      rig.clock.advance(5000 - rig.clock.now())
      rig.clock.skip(6000)
      rig.client.send(publishFrame(0, 0, 1))
      rig.clock.run()
      const last = rig.settled.at(-1)!
      return last.state === 'lost' ? null : last.settledMs - last.sentMs
    }
    expect(await arrival({ loss: { model: 'schedule', steps: [{ at: '10s', p: 1 }] } })).toBe(0)
    expect(await arrival({ delay: { model: 'schedule', steps: [{ at: '10s', ms: '50ms' }] } })).toBe(0)
    expect(await arrival({ faults: { partitions: [{ at: '10s', for: '5s' }] } })).toBe(0)
    expect(await arrival({ faults: { partitions: [{ at: '4s', for: '3s' }] } })).toBe(2000)
  })

  it('drop on a tcp link costs a retransmission, on a cut link the connection', async () => {
    const tcp = new LinkRig({ kind: 'tcp', gate: true })
    await tcp.connect()
    tcp.client.send(publishFrame(0, 0, 1))
    tcp.gate.drop(tcp.gate.held()[0]!.id)
    tcp.clock.run()
    expect(tcp.settled.at(-1)).toMatchObject({ state: 'delivered', segmentLosses: 1 })
    expect(tcp.settled.at(-1)!.settledMs - tcp.settled.at(-1)!.sentMs).toBe(200)

    const cut = new LinkRig({ kind: 'cut', gate: true })
    await cut.connect()
    cut.client.send(publishFrame(0, 0, 1))
    cut.gate.drop(cut.gate.held()[0]!.id)
    expect(cut.settled.at(-1)).toMatchObject({ state: 'lost', cause: 'cut' })
    await tick()
    expect(cut.ends?.client.destroyed).toBe(true)
  })
})

describe('step script', () => {
  const script = [
    { type: 'PUBLISH', action: 'deliver' },
    { type: 'PUBACK', action: 'drop' },
    { type: 'PUBLISH', action: 'deliver' },
  ] as const

  it('decides beforehand, in its order, and holds the rest', async () => {
    const rig = new LinkRig({ gate: true, recovery: { timeout: 100 }, script: [...script] })
    await rig.connect()
    rig.client.send(publishFrame(1, 7, 1))
    rig.clock.run()
    expect(rig.story().slice(2)).toEqual([
      '> PUBLISH 7',
      '< PUBACK 7 lost:step',
      '> PUBLISH 7 dup agent',
      '< PUBACK 7',
    ])
    expect(types(rig)).toEqual([4])
    expect(rig.broker.delivered).toHaveLength(2)
  })

  it('takes a held packet when its turn comes', async () => {
    const rig = new LinkRig({
      gate: true,
      script: [
        { type: 'PUBACK', direction: 'downlink', action: 'deliver' },
        { type: 'PUBLISH', direction: 'downlink', action: 'deliver' },
      ],
    })
    await rig.connect()
    rig.broker.send(publishFrame(0, 0, 1))
    rig.client.send(publishFrame(1, 7, 2))
    expect(types(rig)).toEqual([3, 3])
    rig.gate.deliver(rig.gate.held()[1]!.id)
    expect(rig.gate.held()).toEqual([])
    expect(rig.client.delivered).toHaveLength(1)
  })

  it('without the gate decides its packets and leaves the others to the link', async () => {
    const rig = new LinkRig({ script: [{ type: 'PUBACK', action: 'drop' }], recovery: { timeout: 100 } })
    await rig.connect()
    rig.client.send(publishFrame(1, 7, 1))
    rig.clock.run()
    expect(rig.story().slice(2)).toEqual([
      '> PUBLISH 7',
      '< PUBACK 7 lost:step',
      '> PUBLISH 7 dup agent',
      '< PUBACK 7',
    ])
  })
})
