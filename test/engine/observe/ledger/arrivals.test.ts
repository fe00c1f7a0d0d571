import { expect, test } from 'vitest'
import { simulate } from '../../../helpers/simulate'

test('messages at QoS 0 that do not name themselves are known where a topic alias stands for the topic', async () => {
  const { rows } = await simulate({
    messages: 4,
    groups: [
      { name: 'p', id: 'p', publishes: [{ topic: 't', qos: 0, rate: 10, identity: 'content' }] },
      {
        name: 's',
        id: 's',
        protocol: 5,
        topicAliasMaximum: 5,
        subscribes: [{ filter: 't', qos: 0 }],
      },
    ],
  })
  expect(rows[0]).toMatchObject({ offered: 4, delivered: 4, lost: 0 })
})
