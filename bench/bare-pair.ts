import { Aedes } from 'aedes'
import { MqttClient } from 'mqtt'
import { createPair } from '../electron/engine/mqtt/pair'
import { DEVICES, measureRound, QOS, RATE, topicOf, wait, WARM_UP_MS } from './settings'

/**
 * The load of `fleet-rate.ts` without this project: mqtt.js clients and a plain aedes, joined by the same kind of
 * in-memory stream. No link, no capture, no ledger, no page.
 */

/** As long as a message of the fleet, which carries its identity. */
const PAYLOAD = Buffer.from('{"value":20.13,"_id":"publishers-1000:100"}')

const aedes = new Aedes()
await aedes.listen()
let acknowledged = 0

function publish(client: MqttClient, topic: string): void {
  client.publish(topic, PAYLOAD, { qos: QOS }, (error) => {
    if (error) throw error
    acknowledged++
  })
}

/** Gaps between half and one and a half of the mean, as the schedule `jittered` has them. */
function publishForEver(client: MqttClient, topic: string): void {
  publish(client, topic)
  setTimeout(() => publishForEver(client, topic), (1000 / RATE) * (0.5 + Math.random()))
}

for (let i = 1; i <= DEVICES; i++) {
  const [near, far] = createPair()
  aedes.handle(far)
  const client = new MqttClient(() => near, {
    clientId: `publishers-${i}`,
    keepalive: 30,
    reconnectPeriod: 0,
    protocolVersion: 4,
  })
  client.once('connect', () => {
    setTimeout(() => publishForEver(client, topicOf(i)), (1000 / RATE) * Math.random())
  })
}
await wait(WARM_UP_MS)
console.log(JSON.stringify(await measureRound(() => acknowledged)))
process.exit(0)
