import { createCapture, type Capture } from '../electron/engine/observe/capture/capture'
import { ackFrame, Packet, Type, type Frame } from '../electron/engine/mqtt/packet'
import type { PacketTransit } from '../electron/engine/mqtt/transit'
import { createTopicTree } from '../electron/engine/observe/traffic/topic-tree'

/**
 * What capture and topic tree cost per packet: 1,000 publishers and one subscriber at QoS 1, the broker's routing told,
 * 64 bytes of payload. Run with `npx tsx bench/capture.ts`.
 */
const DEVICES = 1000
const MESSAGES = 300_000

const clock = { epochMs: 0, ms: 0, now: () => clock.ms }
const names = Array.from({ length: DEVICES }, (_, i) => `sensor-${i}`)
const topics = names.map((name, i) => `factory/line-${i % 20}/${name}`)
const frames: Frame[] = topics.map((topic) => publish(topic, 64))

function publish(topic: string, bytes: number): Frame {
  const name = Buffer.from(topic)
  const head = Buffer.from([0x32, 2 + name.length + 2 + bytes, 0, name.length])
  return Buffer.concat([head, name, Buffer.from([0, 1]), Buffer.alloc(bytes, 0x61)])
}

function transit(
  id: number,
  clientId: string,
  direction: PacketTransit['direction'],
  frame: Frame,
  messageId: number,
): PacketTransit {
  return {
    id,
    clientId,
    direction,
    packet: new Packet(frame, 4, messageId),
    sentMs: clock.ms,
    origin: 'endpoint',
    attempt: 1,
    state: 'transit',
    settledMs: clock.ms,
    lossPoint: 1,
    cause: null,
    segmentLosses: 0,
  }
}

type Target = Pick<Capture, 'entered' | 'settled' | 'ingress'>
const nothing: Target = {
  entered: () => undefined,
  settled: () => undefined,
  ingress: () => undefined,
}

/** CPU microseconds the whole traffic takes; `each` is called for every message. */
function drive(target: Target, each: (i: number, device: number, payload: Buffer) => void): number {
  let next = 1
  const through = (clientId: string, direction: PacketTransit['direction'], frame: Frame, messageId = 0) => {
    const p = transit(next++, clientId, direction, frame, messageId)
    target.entered(p)
    p.state = 'delivered'
    target.settled(p)
  }
  const before = process.cpuUsage()
  for (let i = 0; i < MESSAGES; i++) {
    const device = i % DEVICES
    const clientId = names[device] as string
    const frame = frames[device] as Frame
    const id = (Math.floor(i / DEVICES) % 65_535) + 1
    frame.writeUInt16BE(id, frame.length - 66)
    clock.ms += 0.1
    through(clientId, 'uplink', frame)
    target.ingress({ messageId: i + 1, clientId, packetId: id })
    each(i, device, frame.subarray(-64))
    const down = (i % 65_535) + 1
    const copy = Buffer.from(frame)
    copy.writeUInt16BE(down, copy.length - 66)
    through('dashboard', 'downlink', copy, i + 1)
    through(clientId, 'downlink', ackFrame(Type.PUBACK, id))
    through('dashboard', 'uplink', ackFrame(Type.PUBACK, down))
  }
  const used = process.cpuUsage(before)
  return used.user + used.system
}

function report(name: string, micros: number): void {
  const each = micros / (MESSAGES * 4)
  const memory = process.memoryUsage()
  const mib = (n: number): string => (n / 2 ** 20).toFixed(0)
  console.log(
    `${name}: ${each.toFixed(2)} us a packet, ${(each * 4).toFixed(1)} % of a core at 40,000 packets a second;` +
      ` heap ${mib(memory.heapUsed)} MiB, buffers ${mib(memory.arrayBuffers)} MiB`,
  )
}

function run(name: string, base: number, watchers: number, withTopics: boolean): void {
  const capture = createCapture({ clock })
  const tree = createTopicTree({ clock })
  const watches = Array.from({ length: watchers }, () => capture.watch(''))
  const view = { open: [], search: '', filter: '', offset: 0, limit: 50 }
  const micros = drive(capture, (i, device, payload) => {
    if (withTopics) {
      const topic = topics[device] as string
      tree.published({
        topic,
        clientId: names[device] as string,
        qos: 1,
        retain: false,
        payload,
        atMs: clock.ms,
      })
    }
    if (i % 500 === 499) for (const w of watches) w.take(500)
    if (watchers > 0 && i % 5000 === 4999) tree.page(view)
  })
  if (capture.seen !== MESSAGES * 4) throw new Error('packets were missed')
  report(name, micros - base)
}

drive(nothing, () => undefined)
const base = drive(nothing, () => undefined)
run('warm-up', base, 0, true)
run('capture', base, 0, false)
run('capture and topic tree', base, 0, true)
run('and one page, 500 packets 20 times a second', base, 1, true)
run('and 40 pages', base, 40, true)

function timed(name: string, work: () => unknown): void {
  const before = process.cpuUsage()
  work()
  const used = process.cpuUsage(before)
  console.log(`${name}: ${((used.user + used.system) / 1000).toFixed(1)} ms`)
}

const full = createCapture({ clock })
drive(full, () => undefined)
timed('query of a full ring that finds nothing', () => full.latest('topic:nowhere verdict:lost', 100))
timed('the same for one client', () => full.latest('client:sensor-1 topic:nowhere', 100))
timed('the latest 2,000 packets', () => full.latest('', 2000))
timed('pcapng of 200,000 packets', () => full.pcapng(''))

const big = createTopicTree({ clock })
const payload = Buffer.from('21.5')
for (let i = 0; i < 50_000; i++) {
  big.published({
    topic: `city/${i % 50}/s-${i}`,
    clientId: null,
    qos: 0,
    retain: false,
    payload,
    atMs: clock.ms,
  })
}
const branches = ['city', ...Array.from({ length: 50 }, (_, i) => `city/${i}`)]
const open = { open: branches, search: '', filter: 'city/+/#', offset: 40_000, limit: 100 }
timed('page of 50,000 topics, all open, first time', () => big.page(open))
timed('the same page again', () => big.page(open))
timed('search in 50,000 topics', () => big.page({ ...open, offset: 0, search: 's-4999' }))
