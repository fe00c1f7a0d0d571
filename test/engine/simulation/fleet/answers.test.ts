import { describe, expect, test } from 'vitest'
import { parseScenario } from '../../../../electron/contract/scenario-file'
import type { ScenarioInput } from '../../../../electron/contract/scenario'
import type { Offered, Received } from '../../../../electron/engine/simulation/fleet/types'
import { createSimulation, type Simulation } from '../../../../electron/engine/simulation/simulation'
import { scenarioOf } from '../../../helpers/lab-run'
import { simulate } from '../../../helpers/simulate'

type Groups = NonNullable<ScenarioInput['groups']>

/** Publishes one text, once. */
const asks = (topic: string, text: string): Groups[number] => ({
  name: `asks ${topic}`,
  id: 'asker',
  publishes: [{ topic, payload: { kind: 'template', text }, identity: 'content', rate: 10 }],
})

async function run(groups: Groups, fault: (sim: Simulation) => void = () => undefined) {
  const answers: Offered[] = []
  const received: Received[] = []
  const logs: string[] = []
  const { rows } = await simulate({ messages: 1, groups }, (sim) => {
    sim.observe({
      fleet: {
        offered: (m) => m.publisher !== 'asker' && answers.push(m),
        received: (m) => received.push(m),
        log: (_level, note) => logs.push(note.text),
      },
    })
    fault(sim)
  })
  return { answers, received, logs, rows, said: answers.map((m) => [m.topic, m.payload.toString()]) }
}

describe('devices that answer', () => {
  test('change their state and reply after their delay, each with its own topic and the values of the request', async () => {
    const { said, answers, received, rows } = await run([
      asks('lamp/all/set', '{"level":40,"deep":{"a":1}}'),
      {
        name: 'lamps',
        id: 'lamp-{n}',
        count: 2,
        state: { level: 0, changes: 0 },
        answers: [
          {
            on: 'lamp/all/set',
            delay: '250ms',
            set: { level: '{payload.level}', changes: { add: 1 } },
            reply: {
              topic: 'lamp/{id}/state',
              payload: '{state.level} {state.changes} {payload.deep} {payload.none}|{topic} {group}',
              qos: 1,
              identity: 'content',
            },
          },
        ],
      },
      { name: 'watch', subscribes: [{ filter: 'lamp/+/state', qos: 1 }] },
    ])
    expect(said).toEqual([1, 2].map((n) => [`lamp/lamp-${n}/state`, '40 1 {"a":1} |lamp/all/set lamps']))
    for (const m of answers) {
      const asked = received.find((r) => r.subscriber === m.publisher)
      expect(m.atMs - (asked?.atMs ?? 0)).toBeCloseTo(250, 6)
    }
    expect(rows.find((r) => r.group === 'lamps')).toMatchObject({ qos: 1, offered: 2, delivered: 2, lost: 0 })
  })

  test('read their state in what they publish of their own accord', async () => {
    const { said } = await run([
      asks('plug/1/set', 'on'),
      {
        name: 'plug',
        id: 'plug',
        state: { power: 'off' },
        answers: [{ on: 'plug/1/set', set: { power: '{payload}' } }],
        publishes: [
          {
            topic: 'plug/1',
            rate: 0.5,
            payload: { kind: 'template', text: '{id} is {state.power}' },
            identity: 'content',
          },
        ],
      },
    ])
    expect(said).toEqual([['plug/1', 'plug is on']])
  })

  test('an answer counts no message of its own accord: the limit is for those', async () => {
    const { said } = await run([
      asks('p/set', 'x'),
      {
        name: 'p',
        id: 'p',
        publishes: [{ topic: 'p/value', rate: 0.5 }],
        answers: [{ on: 'p/set', reply: { topic: 'p/ok', payload: 'ok' } }],
      },
    ])
    expect(said.map(([topic]) => topic)).toEqual(['p/ok', 'p/value'])
  })

  test('the same seed gives the same uniform delays, within their bounds', async () => {
    const groups: Groups = [
      asks('all', 'x'),
      {
        name: 'd',
        id: 'd{n}',
        count: 20,
        answers: [
          { on: 'all', delay: { model: 'uniform', minMs: 100, maxMs: 300 }, reply: { topic: 'ok/{id}' } },
        ],
      },
    ]
    const delays = async (): Promise<number[]> => {
      const { answers, received } = await run(groups)
      return answers.map((m) => m.atMs - (received.find((r) => r.subscriber === m.publisher)?.atMs ?? 0))
    }
    const first = await delays()
    expect(first).toHaveLength(20)
    expect(Math.min(...first)).toBeGreaterThanOrEqual(100)
    expect(Math.max(...first)).toBeLessThanOrEqual(300)
    expect(new Set(first).size).toBe(20)
    expect(await delays()).toEqual(first)
  })

  test('a topic made of the request that is none, and a value too long, are said and not sent', async () => {
    const { said, logs } = await run([
      asks('d/set', `bad/#${'x'.repeat(2000)}`),
      {
        name: 'd',
        id: 'd',
        state: { last: '' },
        answers: [
          { on: 'd/set', set: { last: '{payload}' }, reply: { topic: '{payload}', payload: '{state.last}' } },
        ],
      },
    ])
    expect(said).toEqual([])
    expect(logs.join('\n')).toMatch(/would be too long[^]*is not a topic name/)
  })

  test('two that answer each other in a way no file shows go on no faster than 200 times a second', async () => {
    const scenario = scenarioOf({
      messages: 1,
      groups: [
        asks('x/a', 'b'),
        {
          name: 'd',
          id: 'd',
          state: { to: 'x/b' },
          answers: [{ on: 'x/a', reply: { topic: '{state.to}' } }],
        },
        {
          name: 'e',
          id: 'e',
          state: { to: 'x/a' },
          answers: [{ on: 'x/b', reply: { topic: '{state.to}' } }],
        },
      ],
    })
    const sim = createSimulation({ scenario })
    const logs: string[] = []
    let answers = 0
    sim.observe({
      fleet: {
        offered: (m) => m.publisher !== 'asker' && answers++,
        log: (_level, about) => logs.push(about.text),
      },
    })
    try {
      await sim.start()
      await sim.connect()
      sim.fleet.startPublishing()
      expect(await sim.untilQuiet()).toBe(true)
      expect(answers).toBe(400)
      expect(logs).toEqual([
        'd: too many messages to answer, the last on x/a; does another device answer its answers?',
      ])
    } finally {
      await sim.close()
    }
  })
})

describe('a scenario file', () => {
  const read = (groups: unknown) => () =>
    parseScenario(JSON.stringify({ version: 1, name: 'x', groups }), 'f')
  const group = (name: string, on: string, topic: string) => ({ name, answers: [{ on, reply: { topic } }] })

  test('whose device would answer itself is refused', () => {
    expect(read([group('a', 'dev/{id}/#', 'dev/{id}/ack')])).toThrow(
      'groups.0.answers.0.reply.topic: found "dev/{id}/ack"; expected a topic that its own filter does not match',
    )
    expect(read([group('a', 'dev/+', '{topic}')])).toThrow('without end')
    expect(read([group('a', 'dev/{id}/set', 'dev/{id}/state')])).not.toThrow()
    expect(read([group('a', 'dev/+/set', '{topic}/done')])).not.toThrow()
  })

  test('whose devices would answer each other is refused, with the way round', () => {
    expect(read([group('a', 'x', 'y/{n}'), group('b', 'y/+', 'z'), group('c', 'z', 'x')])).toThrow(
      'groups.0.answers.0, groups.1.answers.0, groups.2.answers.0 would answer each other without end',
    )
  })

  test('that reads or sets what no device keeps is refused', () => {
    const set = { name: 'a', state: { on: true }, answers: [{ on: 'x', set: { of: 1 } }] }
    expect(read([set])).toThrow("expected a name in the group's state: on")
    expect(
      read([{ name: 'a', answers: [{ on: 'x', reply: { topic: 'y', payload: '{state.on}' } }] }]),
    ).toThrow('it has none')
  })

  test('whose answer has nowhere to go is refused', () => {
    expect(read([{ name: 'a', answers: [{ on: 'x', reply: {} }] }])).toThrow(
      'only MQTT 5 requests carry a response topic',
    )
    expect(read([{ name: 'a', protocol: 5, answers: [{ on: 'x', reply: {} }] }])).not.toThrow()
    expect(read([{ name: 'a', answers: [{ on: 'x' }] }])).toThrow('expected reply, set or both')
  })
})
