import type { RecordingStatus } from './recording-status'
import type { Alteration, Direction, PacketType, QoS } from './packet'
import type { PhaseStatus } from './phases'

/** What became of one packet on its leg. */
export type Fate = 'transit' | 'held' | 'delivered' | 'lost'
/** Why a packet did not arrive: loss model, named rule, step mode, connection cut, TCP reset. */
export type LossReason = 'model' | 'rule' | 'step' | 'cut' | 'reset'

/**
 * What a delivered packet changed at its receiver.
 * passed-on: the broker accepted a new message. discarded: a DUP of a QoS 2 message already stored.
 * delivered: the subscriber got the message for the first time. duplicate: it got it again. refused: the receiver took it
 * in and does not want it; `PacketRow.refusal` says why.
 */
export type PacketEffect =
  'none' | 'passed-on' | 'stored' | 'discarded' | 'delivered' | 'duplicate' | 'refused'

/** A number that stands for a topic name on one connection. */
export interface TopicAlias {
  number: number
  /** The packet carries the number alone; else the name too, and so says what the number stands for. */
  alone: boolean
}

/** One captured packet. Times are clock milliseconds since the run began. */
export interface PacketRow {
  /** Capture number, ascending from 1. */
  seq: number
  sentMs: number
  /** Arrival or loss; null while in transit or held. */
  settledMs: number | null
  /**
   * Ms before it was sent that step mode let pass for held packets, counted from the start of the run. No timer came
   * nearer in them, so that a timer ran from one packet to another for the difference of `sentMs` without that of these.
   */
  skippedMs: number
  /** The same between sending and arrival or loss: they are no part of the time on its way. */
  heldMs: number
  clientId: string
  direction: Direction
  type: PacketType
  /** Of a PUBLISH; null for the others. */
  qos: QoS | null
  dup: boolean
  retain: boolean
  packetId: number | null
  bytes: number
  /** Of a PUBLISH; null for the others. */
  topic: string | null
  /** Topic alias of a PUBLISH of MQTT 5 (section 3.3.2.3.4); null where it has none. */
  alias: TopicAlias | null
  fate: Fate
  reason: LossReason | null
  /** For a lost packet, how far it came: 0 sender, 1 receiver. */
  lossPoint: number
  segmentLosses: number
  altered: Alteration | null
  /** agent: put on the wire by the retransmission agent, not by the endpoint. */
  origin: 'endpoint' | 'agent'
  /** 1 for the first packet of this type for this message on this leg. */
  attempt: number
  exchange: number | null
  journey: number | null
  effect: PacketEffect
  /** Of a refused PUBLISH: the reason code (5.0 table 2-6), whatever the level of the connection. */
  refusal: number | null
  /** Capture number of the packet it repeats. */
  resends: number | null
  /** Capture number of the packet it answers. */
  answers: number | null
}

/**
 * How an exchange ended. `lost`: a QoS 0 PUBLISH that did not arrive. `refused`: the receiver answered with a reason
 * code of 0x80 or more (5.0 sections 3.4.2.1 and 3.5.2.1). `abandoned`: the session ended first.
 */
export type ExchangeVerdict = 'open' | 'complete' | 'lost' | 'refused' | 'gave-up' | 'abandoned'

/** The handshake of one PUBLISH over one leg. */
export interface ExchangeRow {
  id: number
  journey: number
  clientId: string
  direction: Direction
  qos: QoS
  packetId: number | null
  topic: string
  startedMs: number
  endedMs: number | null
  verdict: ExchangeVerdict
  /** PUBLISH and PUBREL sent again. */
  retries: number
  /** Receive Maximum of the subscriber as its CONNECT said it (5.0 section 3.1.2.11.3); null where it said none, and uplink. */
  receiveMaximum: number | null
  /** Capture numbers of its packets, in order of sending; at most 200 are listed. */
  packets: number[]
}

/** One application message over all its legs. */
export interface JourneyRow {
  id: number
  /** Client identifier of the publisher; null for a message of the broker itself or a retained one of an earlier run. */
  publisher: string | null
  topic: string
  qos: QoS
  /** `publisher:sequence`, where the message carries it. */
  identity: string | null
  startedMs: number
  exchanges: number[]
  /** Copies that reached each subscriber; 0 while none did. */
  deliveries: { clientId: string; copies: number }[]
}

/**
 * What a session mark tells. `connack`: accepted without a session of before, or refused; `resume`: with one.
 * Ends of a connection: `cut`, `reset` and `recovery` by the link; `disconnect`: the client said DISCONNECT; `broken`: it
 * went without; `taken-over`: another connection took its client identifier; `timeout`: the broker heard nothing for 1.5
 * times the keep-alive (3.1.1 section 3.1.2.10); `closed`: the broker ended it for another reason.
 * `dead`: nothing gets through any more, and neither end is told.
 * `will`: its will is published. `no-will`: its DISCONNECT deleted the will. `will-withdrawn`: it took up its session again
 * within the will delay. `gave-up`: a sender stopped repeating.
 */
export type SessionMarkKind =
  | 'connect'
  | 'connack'
  | 'resume'
  | 'cut'
  | 'reset'
  | 'recovery'
  | 'disconnect'
  | 'broken'
  | 'taken-over'
  | 'timeout'
  | 'closed'
  | 'dead'
  | 'will'
  | 'no-will'
  | 'will-withdrawn'
  | 'gave-up'

/** An event of a connection, drawn as a marker on the client's lane. */
export interface SessionMark {
  atMs: number
  clientId: string
  kind: SessionMarkKind
  /** Packet identifier for `gave-up`, reason code for a refused `connack`, a `disconnect` that has one and, where it is known, for `closed`. */
  detail: number | null
  /** Of a `will`. */
  topic?: string
  /**
   * Its place among packets of the same time: after the packet of this capture number, which for an answered CONNECT is
   * the CONNACK and else the last one sent; 0 for none.
   */
  after: number
}

/** State of the run. `finished`: duration or message count reached. */
export type RunState = 'running' | 'paused' | 'stopped' | 'finished'

export interface ListenerStatus {
  kind: 'tcp' | 'ws' | 'tls' | 'wss'
  /** e.g. mqtt://127.0.0.1:1883 */
  url: string
}

export interface BrokerStatus {
  kind: 'embedded' | 'external'
  state: 'starting' | 'up' | 'down'
  listeners: ListenerStatus[]
  /** Lossy listeners, in the order of the scenario. */
  lossy?: ListenerStatus[]
  /** URL of an external broker. */
  url: string | null
  /** One plain line when something is not as asked, e.g. that port 1883 was taken. */
  note: Note | null
}

/** A sentence for people: a key the page translates and its values, with the English text for logs and the command line. */
export interface Note {
  key: string
  values: Record<string, string | number>
  text: string
}

export interface EngineStatus {
  run: RunState
  /** Clock time of the run, ms. */
  nowMs: number
  /** Wall time at clock 0, Unix ms. */
  epochMs: number
  speed: number
  /** How far virtual time is behind its pace, ms. */
  lagMs: number
  /** Null outside of phases. */
  phase: PhaseStatus | null
  /** Time stands still because packets are held at the gate. */
  held: number
  broker: BrokerStatus
  devices: { total: number; connected: number }
  externalClients: number
  messagesPerSecond: number
  packetsPerSecond: number
  lostPackets: number
  /** Packets seen since the start, and those still in the ring. */
  captured: { seen: number; kept: number }
  loopDelayP99Ms: number
  /** The recorded capture that is shown in place of the run, which is paused meanwhile; null while there is none. */
  recording: RecordingStatus | null
  /** `file`: name of the scenario's file without its folder, which a watching class need not know. */
  scenario: { name: string; seed: number; revision: number; file: string | null }
}

/** Latency percentiles in milliseconds; null when there is no sample. */
export interface Latency {
  p50: number | null
  p95: number | null
  p99: number | null
  max: number | null
}

/** End-to-end accounting of one group's published messages, by identity. */
export interface LedgerRow {
  group: string
  /** Highest QoS the group publishes at. */
  qos: QoS
  offered: number
  /** Offered times matching subscribers. */
  expected: number
  /** Distinct messages that arrived, per subscriber. */
  delivered: number
  /** Expected and neither delivered nor still on the way. */
  lost: number
  /** Expected and still on the way. */
  inFlight: number
  /** Extra copies. */
  duplicated: number
  outOfOrder: number
  latencyMs: Latency
}

export interface GroupStats {
  name: string
  /** Its devices now: while a phase lasts they may be more or fewer than the scenario says. */
  devices: number
  connected: number
  messagesPerSecond: number
  ledger: LedgerRow
}

/** A visible line of the topic tree. */
export interface TopicRow {
  /** Full topic, or the prefix of a branch. */
  path: string
  level: string
  depth: number
  /** Branch that has topics below it. */
  branch: boolean
  open: boolean
  /** A message was published to exactly this topic. */
  leaf: boolean
  topicsBelow: number
  messages: number
  rate: number
  bytesPerSecond: number
  qos: QoS | null
  retained: boolean
  /** Last payload, as text of at most 200 characters; null for a pure branch. */
  payload: string | null
  /** Messages in each of the last 30 seconds, oldest first. */
  spark: number[]
  /** The wildcard tester's filter matches this topic. */
  matched: boolean
}

export interface TopicPage {
  rows: TopicRow[]
  /** Lines of the tree as opened and searched, of which `rows` are a window from `offset`. */
  totalRows: number
  offset: number
  totalTopics: number
  matchedTopics: number
  /** Topics not kept because the tree is full. */
  dropped: number
}

export interface TopicMessage {
  atMs: number
  clientId: string | null
  qos: QoS
  retain: boolean
  bytes: number
  payload: Uint8Array
  truncated: boolean
}

export interface TopicDetail {
  topic: string
  messages: number
  retained: boolean
  /** Newest first, at most 50. */
  history: TopicMessage[]
}

/** Counts in one second of clock time. */
export interface RatePoint {
  atMs: number
  byType: Partial<Record<PacketType, number>>
  byQos: [number, number, number]
  byGroup: Record<string, number>
  lost: number
}

/** A field of a decoded packet and the bytes it stands in. */
export interface PacketField {
  /** Key for translation, e.g. `dup`, `topicName`, `property.userProperty`. */
  key: string
  value: string
  start: number
  /** Exclusive. */
  end: number
  /** Bit range within the byte at `start`, most significant first, e.g. [3, 3]; null for whole bytes. */
  bits: [number, number] | null
  depth: number
}

export interface PacketDetail {
  row: PacketRow
  bytes: Uint8Array
  /** Size on the wire; more than `bytes` when the capture kept only the beginning. */
  fullBytes: number
  fields: PacketField[]
  exchange: ExchangeRow | null
  journey: JourneyRow | null
}

/** Packets that match what the page watches, with the exchanges and journeys they belong to. */
export interface PacketBatch {
  /** New or changed rows, by ascending seq. */
  packets: PacketRow[]
  exchanges: ExchangeRow[]
  journeys: JourneyRow[]
  marks: SessionMark[]
  /** Matching packets since watching began, and how many of them were sent to the page. */
  matched: number
  shown: number
  /** Another run has begun, whose packets are numbered from 1 again: what was known is of the run before. */
  restarted?: true
}

export interface LogLine {
  atMs: number
  level: 'info' | 'warn' | 'error'
  note: Note
}

/** A part of a file that is made while it is read. */
export interface FilePart {
  bytes: Uint8Array
  /** Packets in the file so far. */
  packets: number
  /** It is the last part. */
  done: boolean
}
