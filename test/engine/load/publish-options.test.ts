import mqttPacket from 'mqtt-packet'
import { expect, it } from 'vitest'
import { loadSchema, type LoadInput } from '../../../electron/contract/load-config'
import { publishOptions } from '../../../electron/engine/load/run/topologies'
import { PublishTemplate } from '../../../electron/engine/load/wire/template'
import { removalFrame } from '../../../electron/engine/load/wire/frames'

/** What mqtt-packet makes of bytes. */
function read(bytes: Buffer, level: 4 | 5): mqttPacket.Packet | undefined {
  let packet: mqttPacket.Packet | undefined
  const parser = mqttPacket.parser({ protocolVersion: level })
  parser.on('packet', (p) => (packet = p))
  parser.parse(bytes)
  return packet
}

/** The first message of a publisher with these settings. */
function message(input: LoadInput): mqttPacket.Packet | undefined {
  const c = loadSchema.parse({ size: 30, ...input })
  const own = { topic: 't/1', qos: c.qos, size: c.size, level: c.protocol, runTag: 1, publisher: 0, seed: 1 }
  const template = new PublishTemplate({ ...own, ...publishOptions(c) })
  const bytes = Buffer.alloc(template.length)
  template.write(bytes, 0, false, 7, 0, 1, 0)
  return read(bytes, c.protocol)
}

it.each([0, 1] as const)('a message at QoS %i has its properties and is retained', (qos) => {
  const userProperties = ['site=plant 2', 'a==', 'site=b']
  expect(message({ qos, protocol: 5, retain: true, userProperties, messageExpiry: '1.5s' })).toMatchObject({
    retain: true,
    qos,
    topic: 't/1',
    properties: { messageExpiryInterval: 2, userProperties: { site: ['plant 2', 'b'], a: '=' } },
  })
  expect(message({ qos })).toMatchObject({ retain: false, topic: 't/1' })
})

it.each([4, 5] as const)('a retained message is removed by an empty one (level %i)', (level) => {
  expect(read(removalFrame('t/1', level), level)).toMatchObject({
    retain: true,
    qos: 0,
    topic: 't/1',
    payload: Buffer.alloc(0),
  })
})

it.each([
  [{ userProperties: ['a=b'] }, 'protocol'],
  [{ messageExpiry: 5 }, 'protocol'],
  [{ retain: true, size: 5 }, 'size'],
  [{ userProperties: ['no'], protocol: 5 }, 'userProperties.0'],
] as const)('%j cannot be', (input, path) => {
  expect(loadSchema.safeParse(input).error?.issues[0]?.path.join('.')).toBe(path)
})
