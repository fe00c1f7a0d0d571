import mqttPacket from 'mqtt-packet'
import { expect, it } from 'vitest'
import { loadSchema, type LoadInput } from '../../../electron/contract/load-config'
import { requesting, responding } from '../../../electron/engine/load/run/conversation'
import { Requests } from '../../../electron/engine/load/run/requests'
import { writerOf } from '../../../electron/engine/load/run/writers'
import { arrivalOf, readPublish } from '../../../electron/engine/load/wire/incoming'
import { Responder } from '../../../electron/engine/load/wire/responder'
import { listener } from './scripted-broker'

const CONFIG = loadSchema.parse({ request: true, protocol: 5, qos: 1, size: 30, publishers: 1 })
const name = { clientId: 'c', username: 'u' }
const handle = { index: 0 }

/** A request of publisher 4 as it is on the wire. */
function request(sequence: number): Buffer {
  const responses = 'fleetlab/r-response/4'
  const writer = writerOf(CONFIG, null, { topic: 't', runTag: 1, publisher: 4, number: 4, responses, name })
  const bytes = Buffer.alloc(writer.length)
  return bytes.subarray(0, writer.write(bytes, 0, false, 9, sequence, 5000.5, 0))
}

function packetOf(bytes: Buffer): mqttPacket.Packet | undefined {
  let packet: mqttPacket.Packet | undefined
  const parser = mqttPacket.parser({ protocolVersion: 5 })
  parser.on('packet', (p) => (packet = p))
  parser.parse(bytes)
  return packet
}

/** Tells a client's events of a PUBLISH. */
function arrive(events: ReturnType<typeof listener>['events'], bytes: Buffer, atMs: number): void {
  const head = readPublish(bytes, 0, 2, bytes.length, 5)
  events.arrived(handle, arrivalOf(head, bytes, bytes.length, atMs))
}

const identify = () => ({ publisher: 4, sequence: 7, timeMs: 0 })

it('asks by response topic and correlation data, and is answered by them', () => {
  const asked = request(7)
  expect(packetOf(asked)).toMatchObject({
    topic: 't',
    properties: { responseTopic: 'fleetlab/r-response/4' },
  })
  const responder = new Responder(1, 5)
  const did: string[] = []
  const { told, events } = listener()
  const wake = (): void => void did.push('woken')
  const responds = responding(events, responder, { level: 5, identify, topicOf: () => '', wake })
  arrive(responds, asked, 6000)
  expect([responder.due(), responder.take(), responder.due()]).toEqual([6000, 0, -1])
  const bytes = Buffer.alloc(responder.length)
  const response = bytes.subarray(0, responder.write(bytes, 0, true, 77, 0))
  expect(packetOf(response)).toMatchObject({
    topic: 'fleetlab/r-response/4',
    qos: 1,
    dup: true,
    messageId: 77,
  })
  expect(told.arrived).toHaveLength(1)

  const requests = new Requests()
  requests.measureFrom(0)
  const think = (): void => void did.push('thinks')
  const own = requests.of({ taken: 7, due: () => 5000, take: () => 7, template: responder, think })
  own.take()
  const asks = requesting(events, own, requests, { level: 5, identify, publisher: 4 })
  arrive(asks, response, 6250)
  arrive(asks, response, 9000)
  expect(requests.roundTrip.count).toBe(1)
  expect(requests.roundTrip.summary().max).toBeCloseTo(1250, -1)
  expect([requests.pending, did]).toEqual([0, ['woken', 'thinks']])
  responds.acknowledged(handle, 0, 0, 0, 0)
  expect(() => responder.write(bytes, 0, true, 77, 0)).toThrow()
})

it('goes on without a response that takes too long, and counts it with its age', () => {
  let thought = 0
  const requests = new Requests()
  requests.measureFrom(0)
  const think = (): void => {
    thought++
  }
  requests.of({ taken: 0, due: () => 1000, take: () => 0, template: new Responder(0, 4), think }).take()
  requests.expire(10_000)
  expect(thought).toBe(0)
  requests.expire(11_001)
  requests.expire(20_000)
  expect(thought).toBe(1)
  requests.countUnanswered(31_000)
  expect([requests.unanswered, requests.roundTrip.count]).toEqual([1, 1])
})

it.each([
  [{ subscribers: 200 }, 'topology'],
  [{ subscribers: 0 }, 'protocol'],
  [{ size: 8 }, 'size'],
  [{ churnEvery: '1s' }, 'churnEvery'],
] as [LoadInput, string][])('%j cannot ask', (input, path) => {
  const issue = loadSchema.safeParse({ request: true, ...input }).error?.issues[0]
  expect(issue?.path.join('.')).toBe(path)
})
