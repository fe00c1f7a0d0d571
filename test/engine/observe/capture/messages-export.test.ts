import { expect, test } from 'vitest'
import { createCapture } from '../../../../electron/engine/observe/capture/capture'
import { atOnce } from '../../../../electron/engine/base/slices'
import { createSimulation } from '../../../../electron/engine/simulation/simulation'
import { scenarioOf } from '../../../helpers/lab-run'

const TEXT = '=1+1,"x"'

async function exported(filter: string, format: 'csv' | 'jsonl'): Promise<string> {
  const scenario = scenarioOf({
    messages: 2,
    groups: [
      {
        name: 'p',
        id: 'p',
        publishes: [{ topic: 't/a', qos: 1, payload: { kind: 'template', text: TEXT }, identity: 'content' }],
        link: { loss: { model: 'rule', rules: [{ type: 'PUBLISH', nth: [1] }] }, recovery: { mode: 'none' } },
      },
      { name: 'b', id: '+b', publishes: [{ topic: 't/b', payload: { kind: 'bytes', size: 300 } }] },
    ],
  })
  const sim = createSimulation({ scenario })
  const capture = createCapture({ clock: sim.clock, packets: 1000, bytes: 1 << 20 })
  sim.observe({ links: capture, routes: capture })
  try {
    await sim.start()
    await sim.connect()
    sim.fleet.startPublishing()
    await sim.untilQuiet({ patienceMs: 5000 })
    const file = capture.messages(filter, format)
    const part = atOnce(file.next())
    expect(part.done).toBe(true)
    return new TextDecoder().decode(part.bytes)
  } finally {
    await sim.close()
  }
}

test('JSON lines have each PUBLISH with its fate, verdict and whole payload; a filter chooses', async () => {
  const lines = (await exported('topic:t/a', 'jsonl'))
    .trim()
    .split('\n')
    .map((l) => JSON.parse(l) as Record<string, unknown>)
  expect(lines.map((l) => [l['fate'], l['loss_reason'], l['verdict'], l['payload']])).toEqual([
    ['lost', 'rule', 'open', TEXT],
    ['delivered', null, 'complete', TEXT],
  ])
  expect(lines[1]).toMatchObject({
    client: 'p',
    direction: 'uplink',
    topic: 't/a',
    qos: 1,
    dup: false,
    payload_base64: null,
    payload_missing: 0,
  })
})

test('CSV has no formula in any field, and bytes as base64', async () => {
  const [head, ...rows] = (await exported('', 'csv')).trim().split('\n')
  expect(head?.split(',').slice(0, 6)).toEqual(['time', 'seconds', 'message', 'client', 'direction', 'topic'])
  expect(rows.filter((r) => r.includes(`"'=1+1,""x"""`))).toHaveLength(2)
  const bytes = rows.filter((r) => r.includes(`,'+b,uplink,t/b,0,`))
  expect(bytes).toHaveLength(2)
  expect(Buffer.from(bytes[0]?.split(',').at(-2) ?? '', 'base64')).toHaveLength(300)
})
