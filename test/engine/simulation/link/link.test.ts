import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linkSchema, type LinkInput } from '../../../../electron/contract/link-config'
import { ackFrame, Type } from '../../../../electron/engine/mqtt/packet'
import { frameType, withDup } from '../../../helpers/frames'
import { connectFrame, LinkRig, publishFrame, tick } from '../../../helpers/link-rig'

describe('order', () => {
  it('is kept in each direction whatever delay and bandwidth do', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 30 }), { minLength: 5, maxLength: 60 }),
        fc.constantFrom<LinkInput>(
          { delay: { model: 'uniform', minMs: 0, maxMs: 200 } },
          { delay: { model: 'normal', meanMs: 50, deviationMs: 80 }, bandwidth: 20_000 },
          { kind: 'tcp', loss: 0.3, delay: { model: 'uniform', minMs: 0, maxMs: 100 } },
        ),
        async (pauses, config) => {
          const rig = new LinkRig(config)
          await rig.connect()
          for (const [n, pause] of pauses.entries()) {
            rig.client.send(publishFrame(0, 0, n + 1))
            rig.clock.advance(pause)
          }
          rig.clock.run()
          expect(rig.broker.delivered).toEqual(pauses.map((_, n) => `{"_id":"pub:${n + 1}"}`))
          expect(rig.transits.every((p) => p.settledMs >= p.sentMs)).toBe(true)
        },
      ),
      { numRuns: 40 },
    ))

  it('bandwidth makes packets wait for each other, in each direction by itself', async () => {
    const rig = new LinkRig({ uplink: { bandwidth: 8000 }, delay: '5ms' })
    await rig.connect()
    const frame = publishFrame(0, 0, 1)
    rig.client.send(frame)
    rig.client.send(frame)
    rig.broker.send(frame)
    rig.clock.run()
    expect(rig.transits.slice(2).map((p) => p.settledMs - p.sentMs)).toEqual([
      frame.length + 5,
      2 * frame.length + 5,
      5,
    ])
  })

  it('a PUBLISH and its DUP that are due together are not handed over together', async () => {
    const rig = new LinkRig({ delay: '30ms', bandwidth: 1000, recovery: { timeout: 100 } })
    await rig.connect()
    const chunks: number[] = []
    rig.broker.onPacket = () => void chunks.push(rig.clock.now())
    rig.client.send(publishFrame(1, 7, 1))
    rig.clock.advance(100)
    rig.link.setConfig(linkSchema.parse({ delay: 0, recovery: { timeout: 100 } }))
    rig.clock.run()
    expect(chunks.length).toBeGreaterThan(1)
    expect(new Set(chunks).size).toBe(chunks.length)
  })
})

describe('recovery on a radio link', () => {
  it('after a reconnect its timer is the first one again, however often the packet was sent', async () => {
    const rig = new LinkRig({ uplink: { loss: 1 }, recovery: { timeout: 100, backoff: 2 } })
    await rig.connect()
    rig.client.send(publishFrame(1, 7, 1))
    rig.clock.advance(150)
    rig.link.cut()
    expect(rig.link.retryTimer('uplink', 7)).toBeNull()
    await rig.connect()
    const from = rig.clock.now()
    rig.client.send(publishFrame(1, 7, 1))
    expect(rig.link.retryTimer('uplink', 7)).toEqual({ atMs: from + 100, timerMs: 100 })
  })

  it('backs off and gives up, and says so', async () => {
    const rig = new LinkRig({ uplink: { loss: 1 }, recovery: { timeout: 100, backoff: 2, maxRetries: 2 } })
    await rig.connect()
    const from = rig.clock.now()
    rig.client.send(publishFrame(2, 7, 1))
    rig.clock.advance(99)
    expect(rig.link.retryTimer('uplink', 7)).toEqual({ atMs: from + 100, timerMs: 100 })
    // the second timer is longer, and begins with the packet sent again
    rig.clock.advance(1)
    expect(rig.link.retryTimer('uplink', 7)).toEqual({ atMs: from + 300, timerMs: 200 })
    rig.clock.run()
    expect(rig.transits.slice(2).map((p) => [p.sentMs - from, p.attempt])).toEqual([
      [0, 1],
      [100, 2],
      [300, 3],
    ])
    expect(rig.events.at(-1)).toEqual({
      kind: 'gave-up',
      clientId: 'device-1',
      atMs: from + 700,
      direction: 'uplink',
      packetId: 7,
      type: Type.PUBLISH,
      attempts: 3,
    })
    expect(rig.link.pending()).toBe(0)
  })

  it('none: shows the stall', async () => {
    const rig = new LinkRig({ recovery: { mode: 'none' } })
    await rig.connect()
    rig.link.dropNext('downlink', 'PUBACK')
    rig.client.send(publishFrame(1, 7, 1))
    rig.clock.run()
    expect(rig.story().slice(2)).toEqual(['> PUBLISH 7', '< PUBACK 7 lost:rule'])
    expect(rig.link.pending()).toBe(0)
    expect(rig.clock.armed).toBe(0)
  })

  it('reconnect: closes the connection instead of repeating', async () => {
    const rig = new LinkRig({ recovery: { mode: 'reconnect', timeout: 100 } })
    await rig.connect(false)
    rig.link.dropNext('downlink', 'PUBACK')
    rig.client.send(publishFrame(1, 7, 1))
    const from = rig.clock.now()
    rig.clock.run()
    expect(rig.events.at(-1)).toEqual({
      kind: 'closed',
      clientId: 'device-1',
      atMs: from + 100,
      by: 'recovery',
    })
    await tick()
    expect(rig.ends?.client.destroyed).toBe(true)
    await rig.connect(false, true)
    rig.client.send(publishFrame(1, 7, 1))
    expect(rig.story().slice(-2)).toEqual(['> PUBLISH 7 dup', '< PUBACK 7'])
  })

  it('a timer that is not due yet ends with the connection', async () => {
    const rig = new LinkRig({ uplink: { loss: 1 }, recovery: { timeout: 100 } })
    await rig.connect()
    rig.client.send(publishFrame(1, 7, 1))
    expect(rig.link.pending()).toBe(1)
    rig.link.cut()
    expect(rig.link.pending()).toBe(0)
    const before = rig.transits.length
    rig.clock.run()
    expect(rig.transits).toHaveLength(before)
  })

  it('a new session ends what the broker had begun', async () => {
    const rig = new LinkRig({ recovery: { timeout: 100 } })
    await rig.connect(false)
    rig.client.answering = false
    rig.broker.send(publishFrame(1, 1, 1))
    rig.link.cut()
    await rig.connect(true, false)
    rig.broker.send(publishFrame(1, 1, 2))
    expect(rig.story().at(-1)).toBe('< PUBLISH 1')
  })

  it.each([
    [3, true, false],
    [3, false, true],
    [4, false, true],
    [5, false, true],
  ])('level %d: clean %s and no word of a session: kept %s', async (level, clean, kept) => {
    const rig = new LinkRig({ recovery: { mode: 'none' } })
    await rig.connect(clean, false, level)
    rig.client.answering = false
    rig.broker.send(publishFrame(1, 1, 1))
    rig.link.cut()
    await rig.connect(clean, level > 3, level)
    rig.broker.send(publishFrame(1, 1, 1))
    expect(rig.story().at(-1)).toBe(kept ? '< PUBLISH 1 dup' : '< PUBLISH 1')
    expect(rig.transits.at(-1)?.packet.level).toBe(level)
  })

  it('a new session ends what the device had begun', async () => {
    const rig = new LinkRig({ recovery: { mode: 'none' } })
    await rig.connect(false)
    rig.link.dropNext('uplink', 'PUBLISH')
    rig.client.send(publishFrame(2, 7, 1))
    rig.link.cut()
    await rig.connect(true, false)
    rig.broker.send(ackFrame(Type.PUBREC, 7))
    expect(rig.story().slice(-3)).toEqual(['< PUBREC 7', '> PUBREL 7 agent', '< PUBCOMP 7 agent'])
  })

  it('QoS 0 never carries DUP', async () => {
    const rig = new LinkRig({})
    await rig.connect()
    rig.client.send(withDup(publishFrame(0, 0, 1), true))
    expect(rig.story().at(-1)).toBe('> PUBLISH')
  })

  it('answers an orphan PUBREC at the device and an orphan PUBREL at the broker', async () => {
    const rig = new LinkRig({})
    await rig.connect()
    rig.broker.send(ackFrame(Type.PUBREC, 9))
    expect(rig.story().slice(2)).toEqual(['< PUBREC 9', '> PUBREL 9 agent', '< PUBCOMP 9 agent'])
    expect(rig.broker.frames.map(frameType)).toEqual([Type.CONNECT])
    expect(rig.link.pending()).toBe(0)
  })

  it('a network that becomes reliable carries what the old one lost', async () => {
    const rig = new LinkRig({ loss: 1, recovery: { timeout: 100 } })
    await rig.connect()
    rig.client.send(publishFrame(1, 7, 1))
    rig.link.setConfig(linkSchema.parse({ kind: 'tcp' }))
    rig.clock.run()
    expect(rig.story().slice(2)).toEqual(['> PUBLISH 7 lost:model', '> PUBLISH 7 dup agent', '< PUBACK 7'])
    expect(rig.link.pending()).toBe(0)
  })
})

describe('connections', () => {
  it('what the client sent before it closed still arrives, then the broker sees the end', async () => {
    const rig = new LinkRig({ delay: '10ms' })
    await rig.connect()
    rig.ends?.client.end(publishFrame(0, 0, 1))
    await tick()
    expect(rig.events.at(-1)).toMatchObject({ kind: 'closed', by: 'client' })
    expect(rig.broker.ended).toBe(false)
    rig.clock.advance(10)
    await tick()
    expect(rig.broker.delivered).toHaveLength(1)
    expect(rig.broker.ended).toBe(true)
    await tick()
    expect(rig.ends?.client.destroyed).toBe(true)
  })

  it('a broker that refuses and closes gets its last packet through', async () => {
    const rig = new LinkRig({ delay: '10ms' })
    await rig.open()
    rig.client.send(connectFrame(true))
    rig.clock.run()
    rig.broker.send(Buffer.from([0x20, 2, 0, 5]))
    rig.ends?.broker.close()
    await tick()
    rig.client.send(publishFrame(0, 0, 1))
    rig.clock.run()
    await tick()
    expect(rig.client.frames.map(frameType)).toEqual([Type.CONNACK])
    expect(rig.story().at(-1)).toBe('> PUBLISH lost:cut')
    expect(rig.events.at(-1)).toMatchObject({ kind: 'closed', by: 'broker' })
    expect(rig.ends?.client.destroyed).toBe(true)
  })

  it('a new connection ends the old one', async () => {
    const rig = new LinkRig({ delay: '10ms' })
    await rig.connect()
    const old = rig.ends
    rig.client.send(publishFrame(0, 0, 1))
    await rig.open()
    expect(old?.client.destroyed && old.broker.gone).toBe(true)
    expect(rig.events.map((e) => e.kind)).toEqual(['opened', 'closed', 'opened'])
    expect(rig.settled.at(-1)).toMatchObject({ state: 'lost', cause: 'cut' })
  })

  it('closed for good, it leaves nothing behind and opens no more', async () => {
    const rig = new LinkRig({ loss: 0.5, delay: '10ms', cut: { every: '1s' } })
    await rig.connect()
    for (let n = 1; n <= 20; n++) rig.client.send(publishFrame(2, n, n))
    rig.link.close()
    expect(rig.link.pending()).toBe(0)
    expect(rig.clock.armed).toBe(0)
    expect(rig.settled).toHaveLength(rig.transits.length)
    expect(() => rig.link.connect()).toThrow('the link of device-1 is closed')
  })

  it('bytes that are no MQTT end the connection', async () => {
    const rig = new LinkRig({})
    await rig.connect()
    rig.client.send(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0xff]))
    await tick()
    expect(rig.ends?.client.destroyed).toBe(true)
    expect(rig.events.at(-1)).toMatchObject({ kind: 'closed', by: 'client' })
  })

  it('asks a fast writer to wait for a slow line, and calls it back', async () => {
    const rig = new LinkRig({ bandwidth: 8_000_000 })
    await rig.connect()
    const stream = rig.ends!.client
    const frame = publishFrame(0, 0, 1)
    let accepted = 0
    while (stream.write(frame)) accepted++
    expect((accepted + 1) * frame.length).toBeGreaterThanOrEqual(1_048_576)
    let drained = false
    stream.once('drain', () => (drained = true))
    rig.clock.advance(100)
    expect(drained).toBe(false)
    rig.clock.advance(600)
    expect(drained).toBe(true)
  })

  it('every packet that enters is settled once, whatever happens', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.constantFrom('up', 'down', 'cut', 'wait', 'config', 'drop'), fc.nat({ max: 99 })),
          { maxLength: 80 },
        ),
        fc.nat(),
        async (steps, seed) => {
          const rig = new LinkRig(
            { loss: 0.2, delay: { model: 'uniform', minMs: 0, maxMs: 30 }, recovery: { timeout: 50 } },
            seed,
          )
          await rig.connect(false)
          let n = 0
          for (const [what, x] of steps) {
            if (what === 'up') rig.client.send(publishFrame((x % 3) as 0 | 1 | 2, x % 3 ? ++n : 0, n))
            else if (what === 'down') rig.broker.send(publishFrame((x % 3) as 0 | 1 | 2, x % 3 ? ++n : 0, n))
            else if (what === 'wait') rig.clock.advance(x)
            else if (what === 'drop') rig.link.dropNext(x % 2 ? 'uplink' : 'downlink', 'PUBACK')
            else if (what === 'config')
              rig.link.setConfig(linkSchema.parse({ kind: x % 2 ? 'tcp' : 'radio', loss: 0.1, delay: x }))
            else {
              rig.link.cut()
              await rig.connect(false, true)
            }
          }
          rig.clock.run(1_000_000)
          expect(rig.settled).toHaveLength(rig.transits.length)
          expect(new Set(rig.settled).size).toBe(rig.transits.length)
          expect(rig.link.pending()).toBe(0)
        },
      ),
      { numRuns: 60 },
    ))
})
