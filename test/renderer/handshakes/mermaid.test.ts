import { expect, it } from 'vitest'
import { chooseLanes, clientsInQuery } from '../../../renderer/canvas/sequence/lanes'
import { toMermaid, type MermaidWords } from '../../../renderer/canvas/sequence/mermaid'
import { Simulation, study } from './simulate'

const words: MermaidWords = {
  broker: 'Broker',
  lost: 'lost',
  dropped: 'dropped',
  held: 'held',
  onTheWay: 'in transit',
  mark: (m) => m.kind,
  idle: (ms) => `${ms} ms`,
}

it('writes the study as a sequence diagram, lost packets with a cross', () => {
  const sim = study()
  const lines = toMermaid(sim, chooseLanes(sim).lanes, words).split('\n')
  expect(lines.slice(0, 8)).toEqual([
    'sequenceDiagram',
    '  participant p0 as sensor-1',
    '  participant p1 as Broker',
    '  participant p2 as dashboard',
    '  p0->>p1: PUBLISH #35;7 QoS 1',
    '  p1->>p2: PUBLISH #35;1 QoS 1',
    '  p1--xp0: PUBACK #35;7 (lost)',
    '  p2-->>p1: PUBACK #35;1',
  ])
  expect(lines[8]).toBe('  Note over p0,p2: 1080 ms')
  expect(lines[9]).toBe('  p0->>p1: PUBLISH #35;7 QoS 1 DUP')
  expect(lines).toContain('  p0-)p1: PUBLISH #35;9 QoS 1 (held)')
  expect(lines.filter((l) => /-(x|>>|\))p/.test(l))).toHaveLength(sim.packets.length)
})

it('keeps signs that mean something to Mermaid out of names', () => {
  const sim = new Simulation().message({ at: 0, qos: 0, publisher: 'a;b#c\nd' }).run()
  const text = toMermaid(sim, chooseLanes(sim).lanes, words)
  expect(text).toContain('participant p0 as a#59;b#35;c d')
  const evil = new Simulation().message({ at: 0, qos: 0, publisher: '%%{init}<b>\u202e"x\u001b' }).run()
  expect(toMermaid(evil, chooseLanes(evil).lanes, words)).toContain(
    'participant p0 as #37;#37;{init}#60;b#62;\\u202e#34;x\\x1b',
  )
})

it('notes a cut where it happened', () => {
  const sim = new Simulation().message({ at: 0, qos: 1 }).mark(50, 'sensor-1', 'cut').run()
  const lines = toMermaid(sim, chooseLanes(sim).lanes, words).split('\n')
  const at = lines.indexOf('  Note over p0: cut')
  expect(lines[at - 1]).toContain('PUBACK')
})

it('notes an end of the connection after the last packet', () => {
  const sim = new Simulation().message({ at: 0, qos: 0 }).mark(60, 'sensor-1', 'disconnect').run()
  expect(toMermaid(sim, chooseLanes(sim).lanes, words).trimEnd().split('\n').at(-1)).toBe(
    '  Note over p0: disconnect',
  )
})

it('finds the clients a query names', () => {
  expect(clientsInQuery('client:sensor-1,dashboard qos:1 client:x* -client:y')).toEqual([
    'sensor-1',
    'dashboard',
  ])
})

it('gives a client that publishes and subscribes one lane', () => {
  const sim = new Simulation()
    .message({ at: 0, qos: 1, publisher: 'both', subscribers: ['both', 'dashboard'] })
    .run()
  const { lanes } = chooseLanes(sim)
  expect(lanes.map((l) => [l.clientId, l.side, l.publishes, l.subscribes])).toEqual([
    ['both', 'left', true, true],
    [null, 'broker', false, false],
    ['dashboard', 'right', false, true],
  ])
})

it('keeps the lanes that were shown, and swaps in what is wanted', () => {
  const sim = new Simulation()
  for (let i = 1; i <= 9; i++) sim.message({ at: i * 500, qos: 1, publisher: `s${i}` })
  sim.run()
  const first = chooseLanes({ ...sim.batch(), previous: ['s1', 'dashboard'], max: 3 })
  expect(first.lanes.map((l) => l.clientId)).toEqual(['s1', 's9', null, 'dashboard'])
  const swapped = chooseLanes({ ...sim.batch(), previous: ['s1', 'dashboard'], wanted: ['s4'], max: 3 })
  expect(swapped.lanes.map((l) => l.clientId)).toEqual(['s1', 's4', null, 'dashboard'])
  expect(swapped.others).toContain('s9')
})
