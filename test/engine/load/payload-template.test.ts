import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqttPacket from 'mqtt-packet'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadSchema, type LoadInput } from '../../../electron/contract/load-config'
import { issueDetails } from '../../../electron/contract/issues'
import { parsePayload } from '../../../electron/contract/load-payload'
import { readPayloads } from '../../../electron/engine/load/run/payload-files'
import { freshRunId } from '../../../electron/engine/load/run/run-id'
import { runLoad } from '../../../electron/engine/load/run/run-load'
import { writerOf } from '../../../electron/engine/load/run/writers'
import type { PublishWriter } from '../../../electron/engine/load/wire/client-types'

let dir = ''
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'fleetlab-payload-'))))
afterAll(() => rmSync(dir, { recursive: true }))

async function writer(input: LoadInput, publisher = 0): Promise<PublishWriter> {
  const config = loadSchema.parse({ publishers: 3, ...input })
  const [material = null] = await readPayloads(config)
  const name = { clientId: `c"${publisher}`, username: 'u+1' }
  return writerOf(config, material, { topic: 'load/0', runTag: 1, publisher, number: publisher, name })
}

/** A message as mqtt-packet reads it. */
function message(w: PublishWriter, sequence: number, timeMs = 1_700_000_000_123): mqttPacket.IPublishPacket {
  const bytes = Buffer.alloc(w.length)
  const end = w.write(bytes, 0, false, 7, sequence, timeMs, 0)
  let packet: mqttPacket.Packet | undefined
  const parser = mqttPacket.parser({ protocolVersion: 4 })
  parser.on('packet', (p) => (packet = p))
  parser.parse(bytes.subarray(0, end))
  return packet as mqttPacket.IPublishPacket
}

const json = (p: mqttPacket.IPublishPacket): Record<string, unknown> =>
  JSON.parse(p.payload.toString()) as Record<string, unknown>

it('makes JSON with every kind of field, and the same message again the same', async () => {
  const file = join(dir, 'sites.csv')
  writeFileSync(file, 'site,limit\n"Plant ""2""",7\nYard,8\n')
  const payload =
    '{"id":"%c","i":%i,"n":%n,"c":%{counter:10:5},"r":%{random:1:6},"f":%{random:0.0:1.0},"w":%{walk:15.0:25.0:0.5},"o":"%{one:a|b}","site":"%{csv:site}","limit":%{csv:limit},"at":"%{time}","s":%{time:s},"t":"%{text:20}","p":"5%%"}'
  const w = await writer({ payload, dataFile: file, qos: 1 }, 1)
  const first = json(message(w, 0))
  expect(first).toMatchObject({
    id: 'c"1',
    i: 1,
    n: 0,
    c: 10,
    site: 'Yard',
    limit: 8,
    s: 1_700_000_000,
    p: '5%',
  })
  expect(first).toMatchObject({
    at: '2023-11-14T22:13:20.123Z',
    t: expect.stringMatching(/^[a-z]{20}$/) as string,
  })
  expect(Object.keys(first)[0]).toBe('fleetlab')
  const walk = Array.from({ length: 3000 }, (_, n) => json(message(w, n)))
  expect(walk[1]).toMatchObject({ c: 15, site: 'Plant "2"', limit: 7 })
  const steps = walk.slice(1).map((m, n) => Math.abs((m['w'] as number) - (walk[n]?.['w'] as number)))
  expect(Math.max(...steps)).toBeLessThanOrEqual(0.6)
  expect(Math.max(...steps)).toBeGreaterThan(0.3)
  expect(new Set(walk.map((m) => m['r']))).toEqual(new Set([1, 2, 3, 4, 5, 6]))
  expect(new Set(walk.map((m) => m['o']))).toEqual(new Set(['a', 'b']))
  for (const n of [1500, 3, 2900]) expect(json(message(w, n))).toEqual(walk[n])
})

it('takes topics in turn, with the client in them', async () => {
  const w = await writer({ topics: ['temperature', 'state/%c/%u'], retain: true })
  expect([0, 1, 2].map((n) => message(w, n).topic)).toEqual([
    'load/0/temperature',
    'load/0/state/c"0/u_1',
    'load/0/temperature',
  ])
  expect(w.removal).toHaveLength(2 * (2 + 2) + 'load/0/temperature'.length + 'load/0/state/c"0/u_1'.length)
})

it.each([
  ['%{nothing}', /expected one of %\{counter\}/],
  ['%{random:6:1}', /%\{random:1:6\}/],
  ['%{walk:1:2}', /a step/],
  ['%{text:0}', /letters/],
  ['%{csv}', /column/],
  ['%{counter:1:2:3}', /counter/],
] as const)('%s is no field', (template, why) => {
  expect(parsePayload(template)).toEqual({ found: template, expected: expect.stringMatching(why) as string })
  // the field alone is said to be found, and once
  const refused = loadSchema.safeParse({ payload: `a ${template}` }, { reportInput: true })
  expect(issueDetails(refused.error?.issues ?? [])).toEqual([
    { path: 'payload', found: JSON.stringify(template), expected: expect.stringMatching(why) as string },
  ])
})

it.each([
  [{ payload: '%{csv:a}' }, /--payload: found %\{csv/],
  [{ payload: '%{csv:a}', dataFile: 'nowhere.csv' }, /--data-file nowhere.csv: cannot be read/],
  [{ payload: 'no column', dataFile: 'a.csv' }, /--data-file a.csv: expected a payload with %\{csv:COLUMN\}/],
  [{ payloadFile: 'nowhere.json' }, /--payload-file nowhere.json: cannot be read/],
  [
    { payload: 'plain', retain: true },
    /--retain: expected, with retained messages, a payload that is a JSON object/,
  ],
] as const)('%j is refused in one line', async (input, why) => {
  await expect(readPayloads(loadSchema.parse(input))).rejects.toThrow(why)
})

it('accounts for each message whose payload is JSON, or text of any length', async () => {
  const file = join(dir, 'payload.txt')
  writeFileSync(file, 'temperature of %c: %{walk:1:9:1}')
  const config = loadSchema.parse({
    url: 'embedded',
    drain: '5s',
    executor: { kind: 'constant-rate', rate: 100 },
    messages: undefined,
    populations: [
      {
        name: 'json',
        publishers: 2,
        subscribers: 2,
        messages: 20,
        payload: '{"v":%{random:0.0:9.0}}',
        qos: 1,
      },
      { name: 'file', publishers: 2, subscribers: 1, messages: 10, payloadFile: file },
      { name: 'topics', publishers: 1, subscribers: 2, messages: 9, topics: ['a', 'b/%c'], qos: 2 },
    ],
  })
  const r = await runLoad(config, { runId: freshRunId() })
  expect(r.populations?.map((p) => [p.offered, p.expected, p.received, p.lost])).toEqual([
    [20, 20, 20, 0],
    [10, 10, 10, 0],
    [9, 18, 18, 0],
  ])
  expect(r.populations?.[0]?.fromSend?.endToEndMs.count).toBe(20)
  expect(r.notes).toContain('json: payloads are JSON from a template; the member fleetlab names the message')
})
