import type { Direction, PacketType, QoS } from './packet'

/** Percentiles of answer times in ms, to three digits; null without an answer. */
export interface AnswerTimes {
  count: number
  p50: number | null
  p95: number | null
  p99: number | null
}

/** Exchanges: the handshake of one PUBLISH over one leg, of which QoS 0 has the PUBLISH alone. */
export interface ExchangeCounts {
  /** Ended as they should, refused ones left out. */
  complete: number
  /** Of which the end is not in the file, or which a session's end or a loss ended. */
  unfinished: number
  /** Of which a PUBLISH or PUBREL was sent again, whatever became of them. */
  repeated: number
  /** Ended by a reason code of 0x80 or more. */
  refused: number
}

/** What is wrong with packets, apart from what they belong to. */
export interface PacketFaults {
  /** Acknowledgements of something that is not in the file before them. */
  outOfOrder: number
  /** PUBLISH with DUP whose first copy is not in the file. */
  dupWithoutCause: number
  /** PUBLISH that repeats an earlier one and does not say so. */
  repeatedWithoutDup: number
}

export interface InspectedClient extends PacketFaults {
  clientId: string
  /** Of its latest connection, as in a URL. */
  address: string
  /** Protocol level, 3 to 5; null where no CONNECT is in the file. */
  level: number | null
  transport: 'tcp' | 'websocket'
  connections: number
  packets: number
  bytes: number
  malformed: number
  missingBytes: number
  exchanges: ExchangeCounts
  answerMs: AnswerTimes
}

/** A handshake that has no end in the file. */
export interface UnfinishedHandshake {
  clientId: string
  direction: Direction
  qos: QoS
  packetId: number | null
  topic: string
  /** Clock ms since the first frame. */
  startedMs: number
  /** Its packets, in order. */
  seen: PacketType[]
  /** What should have come next. */
  missing: PacketType | null
  verdict: 'open' | 'abandoned' | 'lost' | 'gave-up'
}

/** What `fleetlab inspect` says of a capture file. */
export interface InspectReport {
  file: string
  /** Of a run that was kept: its scenario as YAML. */
  scenario?: string
  /** Program that wrote it, where it says so. */
  writer: string | null
  /** Unix ms of the first frame. */
  startedMs: number
  durationMs: number
  frames: number
  connections: { total: number; mqtt: number; websocket: number; tls: number; withoutConnect: number }
  /** MQTT packets by type. */
  packets: Record<PacketType, number>
  /** MQTT packets that break the form of their type. */
  malformed: number
  /** Bytes of MQTT connections that were sent and are not in the file. */
  missingBytes: number
  /** Bytes of MQTT connections that are there and could not be read, because of others that are missing or malformed. */
  unreadBytes: number
  tcp: { repeatedBytes: number; reorderedSegments: number; lateBytes: number; fragments: number }
  exchanges: ExchangeCounts
  /** From every packet that asks for an answer to its first answer, at the place of the capture. */
  answerMs: AnswerTimes
  /** The same by type of the answer. */
  answers: Partial<Record<PacketType, AnswerTimes>>
  faults: PacketFaults
  /** By number of packets; at most 10,000. */
  clients: InspectedClient[]
  /** Clients besides those listed. */
  otherClients: number
  /** The latest, at most 100. */
  unfinished: UnfinishedHandshake[]
  topics: number
  /** Sentences about what could not be read, and why. */
  notes: string[]
}
