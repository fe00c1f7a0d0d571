import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EngineApi } from '../../../electron/contract/api'
import { ApiError } from '../../../electron/contract/errors'
import { Recording } from '../../../electron/engine/import/recording'
import type { Engine } from '../../../electron/engine/types'
import { scenarioOf, testEngine } from '../../helpers/lab-run'
import { openPage, type Pushed } from '../../helpers/page'
import { until } from '../../helpers/until'
import { Bench, dup, puback, publishFrame } from '../observe/capture/wire'

let engine: Engine
let api: EngineApi
let pushed: Pushed
let close: () => void

beforeEach(async () => {
  engine = testEngine().engine
  await engine.open(
    scenarioOf({
      groups: [
        { name: 'p', id: 'live', publishes: [{ topic: 'live', qos: 1, rate: 20 }] },
        { name: 's', subscribes: [{ filter: 'live', qos: 1 }] },
      ],
    }),
    null,
  )
  ;({ api, pushed, close } = await openPage(engine))
  await until(() => engine.status().captured.seen > 5, 'traffic')
})
afterEach(async () => {
  close()
  await engine.close()
})

function file(): Buffer {
  const b = new Bench()
  b.connect('sensor')
  const one = publishFrame({ topic: 'home/a', qos: 1, id: 7, payload: 'warm' })
  b.pass('sensor', 'uplink', one)
  b.pass('sensor', 'uplink', dup(one), { attempt: 2 })
  b.pass('sensor', 'downlink', puback(7))
  return Buffer.from(b.capture.pcapng('').bytes)
}

function recorded(): Recording {
  const recording = new Recording('field.pcapng')
  recording.push(file())
  recording.end()
  return recording
}

async function open(bytes: Uint8Array, name = 'field.pcapng', part = 100): Promise<void> {
  for (let at = 0; at < bytes.length; at += part) {
    const piece = Uint8Array.from(bytes.subarray(at, at + part))
    await api.openCapture({ name, at, bytes: piece, done: at + part >= bytes.length })
  }
}
const refusal = (p: Promise<unknown>): Promise<unknown> => p.catch((thrown: unknown) => thrown)

test('a capture that a page sends is shown in place of the run, which is paused and goes on afterwards', async () => {
  await api.watchPackets({ filter: '', tail: 10 })
  await open(file())
  expect(engine.status()).toMatchObject({
    run: 'paused',
    externalClients: 1,
    captured: { seen: 5, kept: 5 },
    recording: { name: 'field.pcapng', exchanges: { complete: 1, unfinished: 0, repeated: 1 } },
  })
  const { packets, exchanges } = await api.queryPackets({ filter: 'type:PUBLISH', limit: 10 })
  expect(packets.map((p) => [p.clientId, p.topic, p.dup])).toEqual([
    ['sensor', 'home/a', false],
    ['sensor', 'home/a', true],
  ])
  expect(exchanges).toMatchObject([{ verdict: 'complete', retries: 1 }])
  expect((await api.getTopic({ topic: 'home/a' })).messages).toBe(2)
  expect((await api.getCaptureReport({})).clients).toMatchObject([{ clientId: 'sensor' }])
  await until(() => pushed.packets.some((b) => b.restarted), 'news of the other packets')
  await api.closeCapture({})
  expect(engine.status()).toMatchObject({ run: 'running', recording: null })
  const live = await api.queryPackets({ filter: 'client:live', limit: 1 })
  expect(live.packets).toHaveLength(1)
})

test('a question that waits while another run begins is answered from that run', async () => {
  const recording = recorded()
  const before = api.queryPackets({ filter: '', limit: 1 })
  // Waits, since the engine rests a little after each long command.
  const asked = api.watchPackets({ filter: '', tail: 10 })
  await before
  engine.showRecording(recording)
  const { packets } = await asked
  expect(new Set(packets.map((p) => p.clientId))).toEqual(new Set(['sensor']))
  await until(() => pushed.status.length > 1, 'two ticks')
  expect(pushed.packets.filter((b) => b.restarted)).toEqual([])
})

test('nothing of the run is changed while it is shown', async () => {
  await open(file())
  const refused = await refusal(api.setLoss({ p: 0.5 }))
  expect(refused).toBeInstanceOf(ApiError)
  expect(String(refused)).toContain('field.pcapng is open; close it first')
  expect(await refusal(api.control({ action: 'run' }))).toMatchObject({ code: 'conflict' })
  await api.openScenario({ text: 'version: 1\nname: next', name: 'next.yaml' })
  expect(engine.status()).toMatchObject({ recording: null, scenario: { name: 'next' } })
})

test('a file that is none, and a part out of turn, change nothing', async () => {
  expect(await refusal(open(Buffer.from('no capture'), 'x.pcap'))).toMatchObject({
    code: 'bad-request',
    message: 'x.pcap: not a pcap or pcapng file (it begins with 6e6f2063); save it with Wireshark as pcapng',
  })
  const later = { name: 'x.pcap', at: 77, bytes: new Uint8Array(1), done: false }
  expect(await refusal(api.openCapture(later))).toMatchObject({ code: 'conflict' })
  expect(await refusal(api.getCaptureReport({}))).toMatchObject({ code: 'not-found' })
  expect(engine.status()).toMatchObject({ run: 'running', recording: null })
})

test('the messages behind a chart come from a kept run as they came live, for the host and for a viewer', async () => {
  const asked = { topic: 'live', payloadsAfter: 0 }
  await until(
    async () => (await api.getMessages(asked)).messages.some((m) => m.received > 0),
    'a message that has come',
  )
  await api.control({ action: 'pause' })
  const live = await api.getMessages(asked)
  const kept = await api.exportPcapng({ filter: '', run: true })
  expect(kept.done).toBe(true)
  const viewer = await openPage(engine, true, 'Mina')
  expect(await viewer.api.getMessages(asked)).toEqual(live)

  await open(kept.bytes, 'kept.run.pcapng', 65_536)
  const opened = await api.getMessages(asked)
  const whatReached = ({ messages }: typeof live) =>
    messages.map(({ publisher, payload, sentTo, received }) => ({
      publisher,
      payload: Buffer.from(payload ?? []).toString(),
      sentTo,
      received,
    }))
  expect(whatReached(opened)).toEqual(whatReached(live))
  expect(whatReached(opened)[0]).toMatchObject({ publisher: 'live', sentTo: 1, received: 1 })
  expect(await viewer.api.getMessages(asked)).toEqual(opened)
  // a viewer is not sent again what it has
  const known = opened.messages.at(-1)?.seq ?? 0
  const again = await viewer.api.getMessages({ ...asked, payloadsAfter: known })
  expect(again.messages.map((m) => m.payload)).toEqual(opened.messages.map(() => null))
  viewer.close()
})
