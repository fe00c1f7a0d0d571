import { connectAsync } from 'mqtt'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { LogLine } from '../../../electron/contract/model'
import { scenarioSchema, type ScenarioInput } from '../../../electron/contract/scenario'
import { createEngine } from '../../../electron/engine/engine'

const logs: LogLine[] = []
const newEngine = () =>
  createEngine({
    env: { FLEETLAB_PASSWORD: 'secret' },
    version: 'test',
    log: (line) => logs.push(line),
  })
let engine = newEngine()
afterEach(async () => {
  await engine.close()
  engine = newEngine()
})
afterAll(() => engine.close())

async function noteOf(broker: ScenarioInput['broker']) {
  await engine.open(scenarioSchema.parse({ version: 1, name: 'note', broker }), null)
  return engine.status().broker.note
}

describe('what the broker says of its address', () => {
  it('names the port it took instead of a taken one', async () => {
    const other = createServer()
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    const { port } = other.address() as AddressInfo
    const note = await noteOf({ kind: 'embedded', port })
    other.close()
    expect(note).toMatchObject({ key: 'port-taken', values: { wanted: port } })
  })

  it('is silent on loopback and warns where other machines can connect', async () => {
    expect(await noteOf({ kind: 'embedded', port: 0 })).toBeNull()
    const open = await noteOf({ kind: 'embedded', host: '0.0.0.0', port: 0 })
    expect(open?.text).toBe('The broker listens on 0.0.0.0: any computer that can reach it can connect.')
    const users = [{ username: 'a', passwordEnv: 'FLEETLAB_PASSWORD' }]
    expect((await noteOf({ kind: 'embedded', host: '0.0.0.0', port: 0, users }))?.key).toBe('open-with-users')
  })
})

describe('what a page, and a class that watches, is told of the open file', () => {
  it('is its name, not where it lies', async () => {
    const scenario = scenarioSchema.parse({ version: 1, name: 'note', broker: { kind: 'embedded', port: 0 } })
    await engine.open(scenario, join('home', 'teacher', 'class.yaml'))
    expect(engine.status().scenario.file).toBe('class.yaml')
  })
})

describe('what the broker says of a client', () => {
  it('names the client and can be told in either language', async () => {
    await noteOf({ kind: 'embedded', port: 0 })
    const url = engine.status().broker.listeners.find((l) => l.kind === 'tcp')?.url ?? ''
    const client = await connectAsync(url, { clientId: 'pupil' })
    await client.publishAsync('$SYS/x', 'hi', { qos: 1 })
    await client.endAsync()
    expect(logs.map((l) => l.note)).toContainEqual({
      key: 'broker-denied-publish',
      values: { who: 'pupil', topic: '$SYS/x' },
      text: 'pupil: not allowed to publish to $SYS/x',
    })
  })
})
