import { parser, type IConnectPacket, type Packet } from 'mqtt-packet'
import { expect, it } from 'vitest'
import { loadSchema } from '../../../electron/contract/load-config'
import { nameClient } from '../../../electron/engine/load/run/names'
import { connectFrame } from '../../../electron/engine/load/wire/frames'

const GIVEN = {
  publishers: 2,
  subscribers: 1,
  clientId: 'dev-%i',
  username: 'user %c 100%%',
  willTopic: 'gone/%c',
  willPayload: 'number %i',
  willQos: 1 as const,
}

it.each([4, 5] as const)('names each client, at MQTT level %d', (level) => {
  const config = loadSchema.parse(GIVEN)
  const read: Packet[] = []
  const reader = parser()
  reader.on('packet', (p) => read.push(p))
  const rest = { level, clean: true, keepAlive: 30, password: 'secret' }
  for (const number of [0, 2]) reader.parse(connectFrame({ ...rest, ...nameClient(config, number, 'x') }))
  const of = (p: Packet | undefined) => p as IConnectPacket
  expect(read.map((p) => of(p).clientId)).toEqual(['dev-0', 'dev-2'])
  expect(of(read[1])).toMatchObject({ username: 'user dev-2 100%', password: Buffer.from('secret') })
  expect(of(read[1]).will).toMatchObject({
    topic: 'gone/dev-2',
    payload: Buffer.from('number 2'),
    qos: 1,
    retain: false,
  })
})

it('has names of its own without templates, and refuses one name for several clients', () => {
  expect(nameClient(loadSchema.parse({}), 7, 'usual')).toEqual({
    clientId: 'usual',
    username: undefined,
    will: undefined,
  })
  const one = loadSchema.safeParse({ ...GIVEN, clientId: '100%%i' })
  expect(one.error?.issues[0]).toMatchObject({ path: ['clientId'] })
  expect(loadSchema.safeParse({ publishers: 1, subscribers: 0, clientId: 'me' }).success).toBe(true)
  expect(loadSchema.safeParse({ executor: { kind: 'max' }, arrivals: 'poisson' }).success).toBe(false)
})
