import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { groupSchema, type GroupInput } from '../../../electron/contract/scenario'
import { Shelf } from '../../../electron/engine/replay/shelf'
import { checkNamedFiles } from '../../../electron/engine/session/named-files'
import type { Recorded } from '../../../electron/engine/simulation/fleet/recorded'
import { createSimulation } from '../../../electron/engine/simulation/simulation'
import { scenarioOf, testEngine } from '../../helpers/lab-run'

const message = (atMs: number, client: string, topic: string, payload: string) => ({
  atMs,
  client,
  topic,
  payload: Buffer.from(payload),
})
const PLANT: Recorded = {
  timed: true,
  messages: [
    message(0, 'pump', 'plant/pump/rpm', '1450'),
    message(20, 'oven', 'plant/oven/t', '{"t":180.50}'),
    message(300, 'pump', 'plant/pump/rpm', '1.0e3'),
    message(1200, 'oven', 'plant/oven/note', ''),
  ],
}
type From = NonNullable<NonNullable<GroupInput['publishes']>[number]['from']>
const player = (from: Partial<From>, more: Partial<GroupInput> = {}, topic = '{topic}'): GroupInput => ({
  name: 'p',
  publishes: [{ topic, qos: 1, rate: 4, from: { file: 'plant.jsonl', ...from } }],
  ...more,
})

/** What the group's devices publish until it is quiet, or `messages` each, times counted from the first. */
async function play(group: GroupInput, recorded: Recorded = PLANT, messages?: number): Promise<string[]> {
  const scenario = scenarioOf({ groups: [group], ...(messages !== undefined && { messages }) })
  const sim = createSimulation({ scenario, recordings: { get: () => recorded } })
  const all: { who: string; atMs: number; what: string }[] = []
  sim.observe({
    fleet: {
      offered: ({ publisher, topic, payload, atMs }) =>
        all.push({ who: publisher, atMs, what: `${topic} ${payload.toString()}` }),
    },
  })
  try {
    await sim.start()
    await sim.connect()
    const beganMs = sim.clock.now()
    sim.fleet.startPublishing()
    await sim.untilQuiet()
    expect(sim.fleet.published).toBe(true)
    return all.map(({ who, atMs, what }) => `${who} ${Math.round(atMs - beganMs)} ${what}`)
  } finally {
    await sim.close()
  }
}

describe('a publish that plays a recording', () => {
  test('keeps topics, bytes and gaps', async () => {
    expect(await play(player({}))).toEqual([
      'p-1 0 plant/pump/rpm 1450',
      'p-1 20 plant/oven/t {"t":180.50}',
      'p-1 300 plant/pump/rpm 1.0e3',
      'p-1 1200 plant/oven/note ',
    ])
  })

  test('plays faster, of one topic, and on topics of its own', async () => {
    expect(await play(player({ speed: 10, topics: 'plant/pump/#' }, {}, 'again/{id}/{topic}'))).toEqual([
      'p-1 0 again/p-1/plant/pump/rpm 1450',
      'p-1 30 again/p-1/plant/pump/rpm 1.0e3',
    ])
  })

  test('begins again after a gap of usual length', async () => {
    const played = await play(player({ loop: true, topics: '+/pump/#' }), PLANT, 5)
    // 1,200 ms and a third of them: the mean gap
    expect(played.map((p) => p.split(' ')[1])).toEqual(['0', '300', '1600', '1900', '3200'])
  })

  test('by client: each device what its namesake sent, or dealt out', async () => {
    const both = { count: 2 }
    expect(await play(player({ client: '{id}' }, { id: 'oven' }))).toEqual([
      'oven 20 plant/oven/t {"t":180.50}',
      'oven 1200 plant/oven/note ',
    ])
    expect(await play(player({ share: 'clients' }, both))).toEqual([
      'p-1 0 plant/pump/rpm 1450',
      'p-2 20 plant/oven/t {"t":180.50}',
      'p-1 300 plant/pump/rpm 1.0e3',
      'p-2 1200 plant/oven/note ',
    ])
    const who = (await play(player({ share: 'topics' }, both))).map((p) => p.slice(0, 3))
    expect(who).toEqual(['p-1', 'p-2', 'p-1', 'p-1'])
  })

  test('takes the gaps of the rate where the recording has no times', async () => {
    const played = await play(player({ speed: 7 }), { ...PLANT, timed: false })
    expect(played.map((p) => p.split(' ')[1])).toEqual(['125', '375', '625', '875'])
  })

  test('has nothing to do where nothing fits', async () => {
    expect(await play(player({ topics: 'nowhere' }))).toEqual([])
  })
})

describe('the files of a scenario', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetlab-replay-'))
  const inside = join(folder, 'lab')
  afterAll(() => rmSync(folder, { recursive: true }))
  const line = (n: number): string => `{"topic":"t/${n}","payload":"${n}","tst":"2026-01-01T00:00:0${n}Z"}\n`
  writeFileSync(join(folder, 'secret.jsonl'), line(9))
  writeFileSync(join(folder, 'three.jsonl'), [1, 2, 3].map(line).join(''))
  symlinkSync('..', inside + '-up')
  const naming = (file: string) => scenarioOf({ groups: [player({ file })] })

  test('are read from its folder when it is opened, and a run ends with them', async () => {
    const { engine, logs } = testEngine()
    try {
      await engine.open(naming('three.jsonl'), 'lab.yaml', { speed: Infinity }, folder)
      const report = await engine.finished(AbortSignal.timeout(15_000))
      expect(report).toMatchObject({ complete: true, groups: [{ name: 'p', offered: 3 }] })
      await expect(engine.open(naming('none.jsonl'), null, {}, folder)).rejects.toMatchObject({
        code: 'bad-scenario',
        message: 'groups.0.publishes.0.from.file: none.jsonl there is no such file',
      })
      await expect(engine.open(naming('three.jsonl'), null)).rejects.toThrow('save it first')
      expect(engine.status().run).toBe('finished')
      expect(logs).toEqual([])
    } finally {
      await engine.close()
    }
  })

  test('lie in its folder: no path and no link leads out', async () => {
    for (const file of ['/etc/passwd', '../secret.jsonl', 'a/../../b', 'C:/x', 'a\\b'])
      expect(groupSchema.safeParse(player({ file })).success, file).toBe(false)
    symlinkSync(join(folder, 'secret.jsonl'), join(folder, 'link.jsonl'))
    const lab = mkdtempSync(join(folder, 'inner-'))
    symlinkSync(join(folder, 'secret.jsonl'), join(lab, 'link.jsonl'))
    await expect(new Shelf(lab).read(naming('link.jsonl'))).rejects.toThrow('lies outside the folder')
    await expect(new Shelf(folder).read(naming('link.jsonl'))).resolves.toEqual([])
  })

  test('say what they leave out', async () => {
    writeFileSync(join(folder, 'odd.jsonl'), `${line(1)}{"topic":"t","payload":"x","payloadlen":9}\n`)
    const [told] = await new Shelf(folder).read(naming('odd.jsonl'))
    expect(told?.text).toBe(
      'odd.jsonl: 1 of 2 messages cannot be played, because their topic or payload is incomplete in the file',
    )
  })

  test('are named by the host alone', () => {
    const scenario = naming('three.jsonl')
    expect(() => checkNamedFiles(scenario, player({ file: 'three.jsonl', loop: true }))).not.toThrow()
    expect(() => checkNamedFiles(scenario, player({ file: 'secret.jsonl' }))).toThrow(
      'only the host may choose',
    )
  })
})
