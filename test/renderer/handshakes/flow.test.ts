import { expect, it } from 'vitest'
import type { ExchangeRow, JourneyRow, PacketRow, SessionMark } from '@contract/model'
import { duration, makesRoom } from '../../../renderer/canvas/sequence/narration/parts'
import { onFlow } from '../../../renderer/canvas/sequence/narration/flow'
import { chinese } from '../../../renderer/canvas/sequence/narration/zh'
import { english } from '../../../renderer/canvas/sequence/narration/en'
import { japanese } from '../../../renderer/canvas/sequence/narration/ja'
import { korean } from '../../../renderer/canvas/sequence/narration/ko'
import { Connections, Story } from '../../../renderer/canvas/sequence/narration/story'
import { Simulation } from './simulate'

const [packet] = new Simulation().message({ at: 0, qos: 1 }).run().packets
const [exchange] = new Simulation().message({ at: 0, qos: 1 }).run().exchanges
if (!packet || !exchange) throw new Error('nothing was simulated')
const BASE: ExchangeRow = exchange

const JOURNEY: JourneyRow = {
  id: 1,
  publisher: 'sensor-1',
  topic: 'home/t',
  qos: 1,
  identity: null,
  startedMs: 90,
  exchanges: [1, 2],
  deliveries: [],
}
const uplink: PacketRow = { ...packet, seq: 10, sentMs: 90, settledMs: 100, exchange: 1, effect: 'passed-on' }
const copy: PacketRow = {
  ...packet,
  seq: 20,
  sentMs: 150,
  settledMs: 160,
  clientId: 'display',
  direction: 'downlink',
  exchange: 2,
  effect: 'delivered',
}
/** An exchange of another message to the subscriber, which takes one at a time. */
const other = (e: Partial<ExchangeRow>): ExchangeRow => ({
  ...BASE,
  id: 3,
  journey: 2,
  clientId: 'display',
  direction: 'downlink',
  startedMs: 50,
  endedMs: 150,
  verdict: 'complete',
  receiveMaximum: 1,
  ...e,
})

function told(others: ExchangeRow[], more: Partial<PacketRow> = {}, marks: SessionMark[] = []) {
  const source = {
    packets: [uplink, { ...copy, ...more }],
    exchanges: [
      other({ id: 1, journey: 1, clientId: 'sensor-1', direction: 'uplink', receiveMaximum: null }),
      other({ id: 2, journey: 1, startedMs: 150, endedMs: null, verdict: 'open' }),
      ...others,
    ],
    journeys: [JOURNEY],
    marks,
  }
  return onFlow(new Story(JOURNEY, source, new Connections(marks)))
}
const room = (...of: Parameters<typeof told>): string[] => told(...of).map(makesRoom)

it('names the acknowledgement of the message that made room, whatever the QoS of the one that was kept back', () => {
  expect(room([other({ qos: 1 })])).toEqual(['PUBACK'])
  expect(room([other({ qos: 2 })])).toEqual(['PUBCOMP'])
  expect(room([other({ qos: 2, verdict: 'refused' })])).toEqual(['PUBREC'])
  expect(room([other({ qos: 1, verdict: 'refused' })])).toEqual(['PUBACK'])
  // the last of several, which may itself have been kept back
  const first = other({ qos: 1, endedMs: 120 })
  expect(room([first, other({ id: 4, qos: 2, startedMs: 120 })])).toEqual(['PUBCOMP'])
  const [h] = told([other({ qos: 2 })])
  if (!h) throw new Error('nothing is told')
  for (const teller of [english, korean, japanese, chinese])
    expect(teller.tell['kept-back'](h)).toContain('PUBCOMP')
})

it('says nothing of a copy that was sent for another reason', () => {
  // no message ended
  expect(room([other({ endedMs: null, verdict: 'open' })])).toEqual([])
  expect(room([other({ endedMs: 200 })])).toEqual([])
  expect(room([other({ verdict: 'abandoned' })])).toEqual([])
  // of a later SUBSCRIBE
  expect(room([other({ endedMs: 120 })], { retain: true })).toEqual([])
  // as the client came back
  const mark = (atMs: number, kind: SessionMark['kind'], after: number): SessionMark => ({
    atMs,
    clientId: 'display',
    kind,
    detail: null,
    after,
  })
  const back = [mark(125, 'cut', 11), mark(145, 'resume', 19)]
  expect(room([other({ endedMs: 120 })], {}, back)).toEqual([])
  expect(room([other({ endedMs: 150 })], {}, back)).toEqual(['PUBACK'])
})

it('says that an alias makes a packet shorter only where the topic name has more bytes than the alias', () => {
  const said = (topic: string, teller = english): string => {
    const [h] = told([], { topic, alias: { number: 1, alone: true } })
    if (!h) throw new Error('nothing is told')
    return teller.tell['alias-used'](h).replaceAll('*', '')
  }
  expect(said('home')).toBe('the broker sends the alias 1 in place of the topic name: PUBLISH #1 is shorter.')
  expect(said('a/b')).toBe('the broker sends the alias 1 in place of the topic name in PUBLISH #1.')
  expect(said('방/')).toContain('is shorter')
  for (const teller of [korean, japanese, chinese]) {
    expect(said('a/b', teller)).toContain('PUBLISH #1')
    expect(said('a/b', teller)).not.toBe(said('home', teller))
  }
})

it('a wait that rounds to a second is a second, not 1000 ms', () => {
  expect([999.4, 999.8, 1000, 1200].map((ms) => duration(ms, '초'))).toEqual([
    '999 ms',
    '1초',
    '1초',
    '1.2초',
  ])
})
