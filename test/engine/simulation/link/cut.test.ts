import { describe, expect, it } from 'vitest'
import { LinkRig, publishFrame, tick } from '../../../helpers/link-rig'

describe('cut link', () => {
  it('asks no loss model', async () => {
    const rig = new LinkRig({ kind: 'cut', loss: 1 })
    await rig.connect()
    rig.client.send(publishFrame(0, 0, 1))
    expect(rig.broker.delivered).toHaveLength(1)
  })

  it('before: takes the packet along', async () => {
    const rig = new LinkRig({
      kind: 'cut',
      cut: { rules: [{ direction: 'downlink', type: 'PUBACK', nth: 2 }] },
    })
    await rig.connect()
    for (let n = 1; n <= 2; n++) rig.client.send(publishFrame(1, n, n))
    expect(rig.story().slice(2)).toEqual(['> PUBLISH 1', '< PUBACK 1', '> PUBLISH 2', '< PUBACK 2 lost:cut'])
    expect(rig.events.at(-1)).toMatchObject({ kind: 'closed', by: 'cut' })
    await tick()
    expect(rig.ends?.client.destroyed).toBe(true)
    expect(rig.ends?.broker.gone).toBe(true)
  })

  it('after: lets it arrive first', async () => {
    const rig = new LinkRig({
      kind: 'cut',
      delay: '10ms',
      cut: { rules: [{ when: 'after', direction: 'uplink', type: 'PUBLISH' }] },
    })
    await rig.connect()
    rig.client.send(publishFrame(1, 1, 1))
    rig.clock.run()
    expect(rig.broker.delivered).toHaveLength(1)
    expect(rig.story().slice(2)).toEqual(['> PUBLISH 1', '< PUBACK 1 lost:cut'])
  })

  it('loses what is on its way, as far as it has come', async () => {
    const rig = new LinkRig({ kind: 'cut', delay: '100ms', cut: { every: '1s' } })
    await rig.open()
    rig.clock.advance(975)
    rig.client.send(publishFrame(0, 0, 1))
    rig.clock.advance(25)
    expect(rig.settled).toHaveLength(1)
    expect(rig.settled[0]).toMatchObject({ state: 'lost', cause: 'cut', lossPoint: 0.25, settledMs: 1000 })
    expect(rig.link.pending()).toBe(0)
    expect(rig.clock.armed).toBe(0)
  })

  it('cuts every connection that long after it was opened, and at given times', async () => {
    const rig = new LinkRig({ kind: 'cut', cut: { every: '1s', at: ['300ms', '1.5s'] } })
    const cuts = () => rig.events.flatMap((e) => (e.kind === 'closed' ? [e.atMs] : []))
    for (const at of [0, 400, 1600]) {
      rig.clock.advance(at - rig.clock.now())
      await rig.open()
    }
    rig.clock.run()
    expect(cuts()).toEqual([300, 1400, 2600])
  })

  it('drops a packet only with its connection', async () => {
    const rig = new LinkRig({ kind: 'cut' })
    await rig.connect()
    rig.link.dropNext('uplink', 'PUBLISH')
    rig.client.send(publishFrame(0, 0, 1))
    expect(rig.settled.at(-1)).toMatchObject({ state: 'lost', cause: 'cut' })
    expect(rig.events.at(-1)).toMatchObject({ kind: 'closed', by: 'cut' })
  })

  it('forgets nothing: what is sent again on the next connection has DUP, and no timer sends it', async () => {
    const rig = new LinkRig({ kind: 'cut', delay: '10ms' })
    await rig.connect(false)
    rig.client.send(publishFrame(1, 5, 1))
    rig.link.cut()
    await rig.connect(false, true)
    rig.client.send(publishFrame(1, 5, 1))
    rig.client.send(publishFrame(1, 6, 2))
    rig.clock.run()
    expect(rig.story().filter((s) => s.includes('PUBLISH'))).toEqual([
      '> PUBLISH 5 lost:cut',
      '> PUBLISH 5 dup',
      '> PUBLISH 6',
    ])
  })
})
