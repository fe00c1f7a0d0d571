import { MOST_MESSAGES, type SentMessage, type TopicMessages } from '../../../contract/topic-messages'
import type { Steps } from '../../base/slices'
import { Packet, Type } from '../../mqtt/packet'
import { Fated, UP, Verdict } from './codes'
import { Got } from './exchange-table'
import type { CaptureState } from './state'

/** Packets looked at in one step; of each two numbers are read, so that eight cost what one does that a filter is asked about. */
const STEP = 512
const COST = 1 / 8
/** Of each payload, and of all payloads of one answer, so much is given. */
const PAYLOAD_BYTES = 8192
const ALL_BYTES = 393_216
/** Subscribers that missed a message, by name. */
const NAMED = 5

interface Asked {
  topic: string
  /** Payloads of messages up to this capture number are left out. */
  payloadsAfter: number
}

/** The newest messages of a topic whose first PUBLISH is kept, with whom they have reached. */
export function* topicMessages(state: CaptureState, { topic, payloadsAfter }: Asked): Steps<TopicMessages> {
  const journeys = yield* newest(state, topic)
  const messages: SentMessage[] = []
  let bytes = 0
  for (const journey of journeys) {
    if (messages.length === MOST_MESSAGES || bytes > ALL_BYTES) break
    const message = yield* messageOf(state, journey)
    if (!message) continue
    bytes += message.payload.length
    messages.push(message.seq > payloadsAfter ? message : { ...message, payload: null })
  }
  const more = messages.length < journeys.length
  return { messages: messages.sort((a, b) => a.publishedMs - b.publishedMs || a.seq - b.seq), more }
}

/** Journeys on a topic by their latest PUBLISH, the newest first; one more than is given. */
function* newest({ packets: t, exchanges: x, topics }: CaptureState, topic: string): Steps<number[]> {
  const found = new Set<number>()
  let known = -1
  let looked = 0
  for (let seq = t.next - 1; t.has(seq) && found.size <= MOST_MESSAGES; seq--) {
    if (++looked % STEP === 0) yield STEP * COST
    const i = t.at(seq)
    const ix = t.topic[i] as number
    if (ix !== known && (known >= 0 || topics.name(ix) !== topic)) continue
    known = ix
    const exchange = t.exchange[i] as number
    if (t.type(seq) === Type.PUBLISH && x.has(exchange)) found.add(x.journey[x.at(exchange)] as number)
  }
  yield (looked % STEP) * COST
  return [...found]
}

type Whole = SentMessage & { payload: Uint8Array }

function* messageOf(state: CaptureState, journey: number): Steps<Whole | undefined> {
  const { journeys: j, packets: t, clients } = state
  const i = j.at(journey)
  const seq = j.publish[i] as number
  if (!j.has(journey) || !t.has(seq)) return undefined
  const publisher = j.client[i] as number
  return {
    journey,
    seq,
    publishedMs: t.sentMs[t.at(seq)] as number,
    publisher: publisher === 0 ? null : clients.name(publisher),
    ...payloadOf(state, seq),
    ...(yield* reachOf(state, journey)),
  }
}

function payloadOf({ packets: t }: CaptureState, seq: number): Pick<Whole, 'payload' | 'truncated'> {
  const i = t.at(seq)
  const frame = t.frame(seq)
  const { payload } = new Packet(frame, t.level[i] as number)
  return {
    payload: Uint8Array.prototype.slice.call(payload, 0, PAYLOAD_BYTES),
    truncated: payload.length > PAYLOAD_BYTES || frame.length < (t.size[i] as number),
  }
}

type Reach = Pick<
  SentMessage,
  'atBroker' | 'sentTo' | 'received' | 'firstMs' | 'lastMs' | 'missed' | 'missedBy'
>

/** How a message stands at one subscriber, over all handshakes that brought it there. */
interface Leg {
  gotMs: number | null
  open: boolean
}

function* reachOf(
  { journeys: j, exchanges: x, packets, clients }: CaptureState,
  journey: number,
): Steps<Reach> {
  const legs = new Map<string, Leg>()
  let atBroker: boolean | null = true
  for (let e = j.lastExchange[j.at(journey)] as number; x.has(e); e = x.prevInJourney[x.at(e)] as number) {
    const i = x.at(e)
    const open = x.verdict[i] === Verdict.open
    if (x.direction[i] === UP) {
      const came = ((x.got[i] as number) & Got.publish) !== 0
      atBroker = came ? true : open ? null : false
    } else {
      const name = clients.name(x.client[i] as number)
      const before = legs.get(name)
      const gotMs = (x.copies[i] as number) > 0 ? arrivalOf(packets, x.lastPacket[i] as number) : null
      // earlier handshakes come later
      legs.set(name, { gotMs: gotMs ?? before?.gotMs ?? null, open: open || (before?.open ?? false) })
    }
    yield 1
  }
  const got = [...legs.values()].flatMap((l) => l.gotMs ?? []).sort((a, b) => a - b)
  const missedBy = [...legs].filter(([, l]) => l.gotMs === null && !l.open).map(([name]) => name)
  return {
    atBroker: legs.size > 0 ? true : atBroker,
    sentTo: legs.size,
    received: got.length,
    firstMs: got[0] ?? null,
    lastMs: got.at(-1) ?? null,
    missed: missedBy.length,
    missedBy: missedBy.reverse().slice(0, NAMED),
  }
}

/** When the first PUBLISH of a handshake arrived, clock ms, of those that are kept. */
function arrivalOf(t: CaptureState['packets'], last: number): number | null {
  let first: number | null = null
  for (let seq = last; t.has(seq);) {
    const i = t.at(seq)
    if (t.type(seq) === Type.PUBLISH && t.fate[i] === Fated.delivered) first = t.settledMs[i] as number
    const back = t.prevInExchange[i] as number
    if (back === 0) break
    seq -= back
  }
  return first
}
