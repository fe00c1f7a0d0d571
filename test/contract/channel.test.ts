import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CHANNEL_KINDS, type ChannelPair } from '../helpers/channel-pairs'

describe.each(CHANNEL_KINDS)('channel $name', ({ open }) => {
  let pair: ChannelPair
  beforeEach(async () => {
    pair = await open()
  })
  afterEach(() => pair.dispose())

  const ended = (side: 'page' | 'engine') => new Promise<void>((resolve) => pair[side].onClose(resolve))

  it('carries messages whole, in order, both ways', async () => {
    const got: number[][] = []
    const all = new Promise<void>((resolve) => {
      pair.engine.onMessage((m) => {
        got.push([...m])
        if (got.length === 3) resolve()
      })
    })
    for (const bytes of [[1], [], [2, 255]]) pair.page.send(Uint8Array.from(bytes))
    await all
    expect(got).toEqual([[1], [], [2, 255]])

    const back = new Promise<Uint8Array>((resolve) => pair.page.onMessage(resolve))
    pair.engine.send(Uint8Array.of(9))
    expect([...(await back)]).toEqual([9])
  })

  it('keeps what arrives before there is a listener', async () => {
    pair.page.send(Uint8Array.of(7))
    pair.page.close()
    // its end comes after what was sent before
    await ended('engine')
    const first = await new Promise<Uint8Array>((resolve) => pair.engine.onMessage(resolve))
    expect([...first]).toEqual([7])
  })

  it('sends a part of a larger buffer as that part alone', async () => {
    const got = new Promise<Uint8Array>((resolve) => pair.engine.onMessage(resolve))
    pair.page.send(Uint8Array.of(1, 2, 3, 4).subarray(1, 3))
    expect([...(await got)]).toEqual([2, 3])
  })

  it('tells both ends when the page closes', async () => {
    const both = Promise.all([ended('page'), ended('engine')])
    pair.page.close()
    await both
  })

  it('tells both ends when the engine closes', async () => {
    const both = Promise.all([ended('page'), ended('engine')])
    pair.engine.close()
    await both
  })

  it('tells of the end at once when it is over, and sending then does nothing', async () => {
    pair.engine.close()
    await ended('engine')
    await ended('engine')
    pair.engine.send(Uint8Array.of(1))
    expect(pair.engine.bufferedBytes()).toBe(0)
  })
})
