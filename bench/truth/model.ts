import { experimentSchema } from '../../electron/contract/experiment'
import type { QoS } from '../../electron/contract/packet'
import { Trial } from '../../electron/engine/experiment/trial'
import type { Offered, Received } from '../../electron/engine/simulation/fleet/types'

/** A message that came: ms from its pair's first publish to its own, and from there to its arrival. */
export type Arrived = [sentMs: number, latencyMs: number]

/** The simulated TCP: pairs of a publisher and a subscriber one after the other. Prints `Arrived` of each message as JSON. */

const [qosText, lossText, delayText, messagesText, gapText, pairsText] = process.argv.slice(2)
const qos = Number(qosText) as QoS
const loss = Number(lossText)

const all: Arrived[] = []
for (let seed = 1; seed <= Number(pairsText); seed++) {
  const config = experimentSchema.parse({
    link: 'tcp',
    qos: [qos],
    loss: [loss],
    delay: Number(delayText),
    messages: Number(messagesText),
    rate: 1000 / Number(gapText),
    seed,
  })
  const sent: number[] = []
  let arrived = 0
  const fleet = {
    offered: ({ atMs }: Offered) => void sent.push(atMs),
    // Over TCP messages arrive once and in their order.
    received: ({ atMs }: Received) => {
      const at = sent[arrived++] ?? atMs
      all.push([at - (sent[0] ?? at), atMs - at])
    },
  }
  await new Trial(config, qos, loss, [{ fleet }]).run(new AbortController().signal)
}
console.log(JSON.stringify(all))
