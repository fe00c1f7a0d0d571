import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { guardCrashes } from '../../electron/store/crash-guard'

const turn = (): Promise<void> => new Promise((done) => setImmediate(done))

function rig() {
  const target = new EventEmitter()
  const did: string[] = []
  let nowMs = 0
  const stop = guardCrashes(target, {
    now: () => nowMs,
    log: (where) => did.push(`log ${where}`),
    flush: async () => void did.push('flush'),
    recover: async (why) => void did.push(`recover ${why}`),
    giveUp: (why) => did.push(`give up ${why}`),
  })
  const fail = async (event: string, why: string, afterMs: number): Promise<string[]> => {
    nowMs += afterMs
    target.emit(event, new Error(why))
    await turn()
    return did.splice(0)
  }
  return { target, fail, stop }
}

it('saves first, then begins the run anew, for exceptions and rejections alike', async () => {
  const { fail, stop, target } = rig()
  expect(await fail('uncaughtException', 'boom\nat x', 0)).toEqual(['log uncaught', 'flush', 'recover boom'])
  expect(await fail('unhandledRejection', 'late', 10)).toEqual(['log uncaught', 'flush', 'recover late'])
  stop()
  expect(target.eventNames()).toEqual([])
})

it('gives up at the third failure within a minute, not at one in every hour', async () => {
  const seldom = rig()
  for (let i = 0; i < 5; i++)
    expect(await seldom.fail('uncaughtException', 'x', 3_600_000)).toContain('recover x')
  const often = rig()
  await often.fail('uncaughtException', 'a', 0)
  await often.fail('uncaughtException', 'b', 20_000)
  expect(await often.fail('uncaughtException', 'c', 20_000)).toEqual(['log uncaught', 'flush', 'give up c'])
})
