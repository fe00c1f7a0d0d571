import { expect, test } from 'vitest'
import { simulate } from '../../../helpers/simulate'

test('a packet that the network duplicated or corrupted says so in its row, and no other does', async () => {
  const { batch } = await simulate({
    messages: 2,
    groups: [
      { name: 'twice', id: 'twice', publishes: [{ topic: 't' }], link: { faults: { duplicate: 1 } } },
      {
        name: 'bit',
        id: 'bit',
        publishes: [{ topic: 'a/long/name/of/a/topic' }],
        link: { faults: { corrupt: 1 } },
      },
      { name: 'plain', id: 'plain', publishes: [{ topic: 't' }] },
    ],
  })
  const altered = (clientId: string) =>
    batch.packets.filter((p) => p.clientId === clientId && p.type === 'PUBLISH').map((p) => p.altered)
  expect(altered('twice').slice(0, 2)).toEqual([null, 'duplicate'])
  expect(new Set(altered('bit'))).toEqual(new Set(['corrupt']))
  expect(altered('plain')).toEqual([null, null])
})
