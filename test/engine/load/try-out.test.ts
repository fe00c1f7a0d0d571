import { afterEach, expect, it } from 'vitest'
import { loadSchema, type LoadInput } from '../../../electron/contract/load-config'
import { Packet, Type, type Frame } from '../../../electron/engine/mqtt/packet'
import { ClientRows } from '../../../electron/engine/load/run/client-rows'
import { tryOut } from '../../../electron/engine/load/run/try-out'
import { frameType } from '../../helpers/frames'
import { FaultyBroker } from './faulty-broker'

const brokers: FaultyBroker[] = []
afterEach(() => Promise.all(brokers.splice(0).map((b) => b.close())))

/** Identifiers and topics of the clients that try a broker out, as the shard of that index. */
async function tried(input: LoadInput, shard = 0): Promise<{ names: string[]; topics: string[] }> {
  const names: string[] = []
  const topics: string[] = []
  const look = (f: Frame): boolean => {
    if (frameType(f) === Type.CONNECT) names.push(f.toString('utf8', 14, 14 + f.readUInt16BE(12)))
    if (frameType(f) === Type.PUBLISH) topics.push(new Packet(f, 4).topic)
    return false
  }
  const broker = new FaultyBroker({ closesAt: look })
  brokers.push(broker)
  const config = loadSchema.parse({ url: await broker.listen(), ...input })
  const rows = await ClientRows.read(config, { index: shard, count: 2 })
  const payloads = [null, null]
  await tryOut(config, rows, { credentials: {}, payloads, runId: 'r', shard, now: () => performance.now() })
  return { names: [...new Set(names)], topics }
}

it('tries a broker out with the name and the topic of the first client of this shard', async () => {
  const plain = { publishers: 4, subscribers: 1, qos: 1 } as const
  expect(await tried(plain)).toEqual({ names: ['fl-r-p0'], topics: ['fleetlab/r/0/0'] })
  expect(await tried(plain, 1)).toEqual({ names: ['fl-r-p1'], topics: ['fleetlab/r/0/1'] })
  const named = { ...plain, topic: 'plant/%c/%i/100%%', topics: ['t/%u', 'x'], username: 'u%i' }
  expect(await tried(named, 1)).toEqual({ names: ['fl-r-p1'], topics: ['plant/fl-r-p1/1/100%/t/u1'] })
  expect(await tried({ ...named, clientId: 'dev-%i' }, 1)).toEqual({
    names: ['dev-1'],
    topics: ['plant/dev-1/1/100%/t/u1'],
  })
})

it('publishes nothing where the shard has only subscribers', async () => {
  const wide = { publishers: 1, subscribers: 4, qos: 1, topic: 'plant/%i' } as const
  expect(await tried(wide)).toEqual({ names: ['fl-r-p0'], topics: ['plant/0'] })
  expect(await tried(wide, 1)).toEqual({ names: ['fl-r-s1'], topics: [] })
})
