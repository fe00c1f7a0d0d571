import { connectAsync } from 'mqtt'

/** A publisher and a subscriber that have nothing to do with the class: answers each message with the times since the last. */
const EVERY_MS = 10
const [url = ''] = process.argv.slice(2)
const subscriber = await connectAsync(url)
await subscriber.subscribeAsync('bystander', { qos: 1 })
const publisher = await connectAsync(url)

let times: number[] = []
subscriber.on('message', (_topic, payload) => times.push(performance.now() - Number(payload.toString())))
setInterval(() => publisher.publish('bystander', String(performance.now()), { qos: 1 }), EVERY_MS)
process.on('message', () => {
  process.send?.(times)
  times = []
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
