import { experimentSchema } from '../../electron/contract/experiment'
import type { QoS } from '../../electron/contract/packet'
import { Trial } from '../../electron/engine/experiment/trial'
import type { Offered, Received } from '../../electron/engine/simulation/fleet/types'

/** The simulated TCP: pairs of a publisher and a subscriber one after the other. Prints the latencies in ms as a JSON array. */

const [qosText, lossText, delayText, messagesText, gapText, pairsText] = process.argv.slice(2)
const qos = Number(qosText) as QoS
const loss = Number(lossText)

const latencies: number[] = []
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
    received: ({ atMs }: Received) => void latencies.push(atMs - (sent[arrived++] ?? atMs)),
  }
  await new Trial(config, qos, loss, [{ fleet }]).run(new AbortController().signal)
}
console.log(JSON.stringify(latencies))
