import { expect, test } from 'vitest'
import { connectFrame, LinkRig, tick } from '../../../helpers/link-rig'

const REFUSAL = Buffer.from([0x20, 2, 0, 5])

test('a CONNACK that is followed by the close at once still reaches the client', async () => {
  const rig = new LinkRig({ kind: 'radio', delay: 2 })
  await rig.open()
  rig.client.send(connectFrame(true))
  rig.clock.run(10)
  rig.broker.send(REFUSAL)
  rig.ends?.broker.close()
  await tick()
  rig.clock.run(10)
  await tick()
  expect(rig.client.frames.map((f) => [...f])).toEqual([[...REFUSAL]])
})
