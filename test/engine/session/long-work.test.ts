import { expect, it } from 'vitest'
import { COST } from '../../../electron/contract/command-entry'
import type { PageLink } from '../../../electron/contract/rpc'
import { Slicer, type Steps } from '../../../electron/engine/base/slices'
import { LongWork } from '../../../electron/engine/session/long-work'

/** The long work of a page, in slices that end when they are let go on. */
function setUp(oneAtATime: boolean) {
  const waiting: (() => void)[] = []
  const slicer = new Slicer({
    now: () => 0,
    pause: () => new Promise((done) => waiting.push(done)),
    sliceMs: 0,
    rest: 1,
  })
  const charged: number[] = []
  const page = { worked: (units: number) => charged.push(units) } as unknown as PageLink
  const long = new LongWork(slicer, page, oneAtATime)
  const order: string[] = []
  const job = (name: string, steps = 3) =>
    long.run(function* (): Steps<string> {
      for (let i = 0; i < steps; i++) {
        order.push(name)
        yield 1000
      }
      return name
    })
  /** Lets every slice go on until nothing is left to do. */
  const finish = async (all: Promise<unknown>[]): Promise<void> => {
    const ends: unknown[] = []
    void Promise.allSettled(all).then((e) => ends.push(e))
    while (ends.length === 0) {
      waiting.shift()?.()
      await new Promise<void>((done) => setImmediate(done))
    }
  }
  return { long, job, order, charged, finish }
}

it('does the long commands of a viewer one after the other, those of the host by turns', async () => {
  const viewer = setUp(true)
  await viewer.finish([viewer.job('a'), viewer.job('b')])
  expect(viewer.order.join('')).toBe('aaabbb')
  const host = setUp(false)
  await host.finish([host.job('a'), host.job('b')])
  expect(host.order.join('')).toBe('ababab')
})

it('lets four commands of a viewer wait, refuses more, and takes others when they are done', async () => {
  const { job, finish, order } = setUp(true)
  const all = ['a', 'b', 'c', 'd', 'e'].map((n) => job(n, 1))
  await expect(all[4]).rejects.toMatchObject({ code: 'unavailable' })
  await finish(all)
  expect(order.join('')).toBe('abcd')
  const later = job('f', 1)
  await finish([later])
  await expect(later).resolves.toBe('f')
})

it('charges for the packets looked at and the bytes made', async () => {
  const { job, long, finish, charged } = setUp(true)
  await finish([job('a', 40)])
  long.made(3 * COST.bytes)
  expect(charged).toEqual([(40 * 1000) / COST.packets, 3])
})

it('ends with the page: what is under way and what waits', async () => {
  const { job, long, finish } = setUp(true)
  const all = [job('a'), job('b')]
  long.close()
  const ends = Promise.allSettled(all)
  await finish(all)
  expect((await ends).map((e) => e.status)).toEqual(['rejected', 'rejected'])
})
