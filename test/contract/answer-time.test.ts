import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { EngineEvents } from '../../electron/contract/api'
import { createMemoryChannels } from '../../electron/contract/channel'
import { decode, encode } from '../../electron/contract/codec'
import { connectEngine, EVENT_NAMES, servePage } from '../../electron/contract/rpc'
import { GOOD } from '../helpers/good-arguments'
import { createApiDouble } from '../helpers/engine-double'

const HOUR_MS = 3_600_000
const silent = Object.fromEntries(EVENT_NAMES.map((n) => [n, () => undefined])) as unknown as EngineEvents

function connected(answers: Parameters<typeof createApiDouble>[0]) {
  const [page, host] = createMemoryChannels()
  const onInternalError = vi.fn()
  servePage(host, () => createApiDouble(answers).api, { onInternalError })
  return connectEngine(page, silent, onInternalError)
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('waits for a person as long as they take, and then page and host agree', async () => {
  // eslint-disable-next-line no-restricted-syntax -- an hour of the fake timers
  const later = <T>(value: T) => new Promise<T>((done) => setTimeout(() => done(value), HOUR_MS))
  const api = connected({
    saveScenario: () => later({ name: 'a.yaml' }),
    saveFile: () => later(null),
    chooseFile: () => later(undefined),
  })
  const all = Promise.all([
    api.saveScenario(GOOD.saveScenario),
    api.saveFile(GOOD.saveFile),
    api.chooseFile(GOOD.chooseFile),
  ])
  await vi.advanceTimersByTimeAsync(HOUR_MS)
  expect(await all).toEqual([{ name: 'a.yaml' }, null, undefined])
})

it('gives up on an engine that does not answer after a minute', async () => {
  const api = connected({ getRates: () => new Promise(() => undefined) })
  const answer = api.getRates({})
  const failed = expect(answer).rejects.toMatchObject({
    code: 'unavailable',
    message: 'no response to getRates within 60 s',
  })
  await vi.advanceTimersByTimeAsync(60_000)
  await failed
  expect(vi.getTimerCount()).toBe(0)
})

it('takes nothing but a name for a command, and writes no text of the caller to the log', async () => {
  vi.useRealTimers()
  const [page, host] = createMemoryChannels()
  const onInternalError = vi.fn()
  servePage(host, () => createApiDouble({}).api, { onInternalError })
  const answer = new Promise<unknown>((done) => page.onMessage((bytes) => done(decode(bytes))))
  page.send(encode({ t: 'q', i: '1', m: 'invoke', a: [new Error('\u001b[2J'), {}] }))
  expect(await answer).toMatchObject({ r: { ok: false, error: { code: 'bad-request' } } })
  expect(onInternalError).not.toHaveBeenCalled()
})
