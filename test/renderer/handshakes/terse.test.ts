import { expect, test } from 'vitest'
import { drawArrow } from '../../../renderer/canvas/sequence/arrows'
import { Taken } from '../../../renderer/canvas/sequence/boxes'
import { chooseLanes } from '../../../renderer/canvas/sequence/lanes'
import { layoutSequence } from '../../../renderer/canvas/sequence/layout'
import { packet } from '../../helpers/packet-row'
import { words } from './words'

test('in the diagram of all packets a label leaves the QoS out rather than lie across another arrow', () => {
  const p = packet({
    seq: 1,
    clientId: 'a',
    type: 'PUBLISH',
    qos: 2,
    packetId: 7,
    settledMs: 40,
    fate: 'delivered',
  })
  const line = { from: { x: 0, y: 0 }, to: { x: 200, y: 10 }, end: 'head', receiver: 203 } as const
  const across = { a: { x: 95, y: -40 }, b: { x: 95, y: 60 } }
  const label = (terse: boolean, lines: (typeof across)[]) =>
    drawArrow(p, line, null, { k: 1, words, taken: new Taken(), lines, terse }).label
  // with its QoS it is so long that the other runs through it wherever it stands; without, it has room beside that
  expect(label(false, [across]).qos).toBe('QoS 2')
  const short = label(true, [across])
  expect(short.qos).toBeNull()
  expect(Math.abs(short.x - 95)).toBeGreaterThan(short.width / 2)
  // where nothing is in the way it says all
  expect(label(true, []).qos).toBe('QoS 2')
})

test('a narrow diagram of all packets, which has no cards, leaves it out too', () => {
  const leg = { settledMs: 40, fate: 'delivered', qos: 2, packetId: 7 } as const
  const packets = [
    packet({ seq: 1, clientId: 'a', type: 'PUBLISH', ...leg }),
    packet({
      seq: 2,
      clientId: 'a',
      type: 'PUBREC',
      direction: 'downlink',
      ...leg,
      sentMs: 5,
      settledMs: 20,
    }),
  ]
  const input = { packets, marks: [], journeys: [], exchanges: [] }
  const { lanes } = chooseLanes(input)
  const qos = (terse: boolean) =>
    layoutSequence(input, { lanes, width: 420, k: 1, pxPerMs: 0.6, nowMs: 60, words, noCards: true, terse })
      .arrows[0]?.label.qos
  expect([qos(false), qos(true)]).toEqual(['QoS 2', null])
})

test('there a label is no longer than its arrow, so that a number beside it does not take its place', () => {
  const p = packet({
    seq: 1,
    clientId: 'a',
    type: 'PUBLISH',
    qos: 2,
    packetId: 24,
    dup: true,
    fate: 'delivered',
  })
  const label = (x: number, terse: boolean) => {
    const line = { from: { x: 0, y: 0 }, to: { x, y: 30 }, end: 'head', receiver: x + 3 } as const
    return drawArrow(p, line, null, { k: 1, words, taken: new Taken(), lines: [], terse }).label
  }
  const said = (x: number, terse: boolean) => [label(x, terse).qos, label(x, terse).dup]
  expect(said(140, false)).toEqual(['QoS 2', true])
  expect(said(140, true)).toEqual([null, true])
  // the type goes, and DUP stays: a copy is never shown like a first one
  expect(said(110, true)).toEqual([null, true])
  expect(label(110, true).name).toBe('#24')
  expect(said(200, true)).toEqual(['QoS 2', true])
})
