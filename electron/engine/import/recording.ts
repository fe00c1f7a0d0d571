import type { InspectReport, UnfinishedHandshake } from '../../contract/inspect-report'
import type { EngineStatus, ExchangeRow, PacketRow } from '../../contract/model'
import type { RecordingStatus } from '../../contract/recording-status'
import { PACKET_TYPES, type PacketType } from '../../contract/packet'
import { ApiError } from '../../contract/errors'
import type { Scenario } from '../../contract/scenario'
import { parseScenario, scenarioText } from '../../contract/scenario-file'
import { createCapture, type Capture } from '../observe/capture/capture'
import { ContentCorrelator } from '../observe/content-correlator'
import { createRates, type Rates } from '../observe/traffic/rates'
import { createTopicTree, type TopicTree } from '../observe/traffic/topic-tree'
import type { PacketTransit } from '../mqtt/transit'
import { CaptureFileError } from './file/frames'
import { CaptureImport, type ImportFacts, type ImportObserver } from './capture-import'
import { HandshakeCounts } from './handshake-counts'
import { importNotes } from './notes'

const UNFINISHED = 100

/** What comes after what in a handshake (3.1.1 section 4.3). */
const NEXT: Partial<Record<PacketType, PacketType>> = { PUBREC: 'PUBREL', PUBREL: 'PUBCOMP' }

/**
 * A capture file, read: the same capture, topics and rates as of a run, of which nothing moves any more. The capture keeps
 * the last packets of a long file, the report counts all of it.
 */
export class Recording implements ImportObserver {
  readonly capture: Capture
  readonly topics: TopicTree
  readonly rates: Rates
  private readonly reading = new CaptureImport(this)
  private readonly correlator = new ContentCorrelator()
  private readonly counts = new HandshakeCounts()
  private facts: ImportFacts | null = null
  /** The scenario of a run that was kept; null of any other capture. */
  private run: Scenario | null = null

  /** @param name of the file, without its folder */
  constructor(readonly name: string) {
    const { facts } = this.reading
    const clock = {
      now: () => this.reading.now(),
      get epochMs() {
        return facts.epochMs
      },
    }
    this.rates = createRates({ clock })
    this.topics = createTopicTree({ clock })
    this.capture = createCapture({
      clock,
      arrived: (p) => this.arrived(p),
      forgotten: (e) => this.counts.exchange(e),
    })
  }

  /** Takes the next bytes of the file. */
  push(chunk: Buffer): void {
    this.reading.push(chunk)
  }

  /** The file is over. @throws CaptureFileError where it is no capture file, or no kept run though it says so */
  end(): void {
    this.facts ??= this.reading.end()
    const { json } = this.reading.scenario
    if (json !== null) this.run = keptScenario(json)
    for (const e of this.capture.outcomes()) this.counts.exchange(e)
  }

  entered(p: PacketTransit): void {
    this.correlator.entered(p)
    this.capture.entered(p)
    this.rates.sent(p)
    const row = this.capture.row(this.capture.seen)
    if (row) this.counts.packet(row, this.capture)
  }

  settled(p: PacketTransit): void {
    this.capture.settled(p)
    this.rates.settled(p)
  }

  event(e: Parameters<Capture['event']>[0]): void {
    this.capture.event(e)
  }

  ended(c: Parameters<HandshakeCounts['connection']>[0]): void {
    if (c.clientId !== '') this.counts.connection(c)
  }

  get frames(): number {
    return this.reading.facts.frames
  }

  /** What of the engine's status is another while the recording is shown. */
  status(revision: number): Partial<EngineStatus> & { recording: RecordingStatus } {
    const { facts } = this.reading
    const { exchanges } = this.counts
    return {
      run: 'paused',
      nowMs: facts.durationMs,
      epochMs: facts.epochMs,
      held: 0,
      lagMs: 0,
      devices: { total: 0, connected: 0 },
      externalClients: this.counts.clients,
      messagesPerSecond: 0,
      packetsPerSecond: 0,
      lostPackets: this.capture.lost,
      captured: { seen: this.capture.seen, kept: this.capture.kept },
      recording: {
        name: this.name,
        revision,
        frames: facts.frames,
        clients: this.counts.clients,
        exchanges,
        missingBytes: facts.missingBytes,
        unreadBytes: facts.unreadBytes,
        malformed: facts.malformed,
        run: this.run && { name: this.run.name, seed: this.run.seed },
      },
    }
  }

  /** Of a file that was read to its end. */
  report(): InspectReport {
    const facts = this.facts ?? this.reading.facts
    const { all, byType } = this.counts.answers()
    const sent = this.capture.counts()
    return {
      file: this.name,
      writer: facts.writer,
      startedMs: facts.epochMs,
      durationMs: facts.durationMs,
      frames: facts.frames,
      connections: facts.connections,
      packets: Object.fromEntries(
        PACKET_TYPES.slice(1).map((t) => [t, sent[t].sent]),
      ) as InspectReport['packets'],
      malformed: facts.malformed,
      missingBytes: facts.missingBytes,
      unreadBytes: facts.unreadBytes,
      tcp: {
        repeatedBytes: facts.repeatedBytes,
        reorderedSegments: facts.reorderedSegments,
        lateBytes: facts.lateBytes,
        fragments: facts.fragments,
      },
      exchanges: this.counts.exchanges,
      answerMs: all,
      answers: byType,
      faults: this.counts.faults,
      clients: this.counts.clientRows(),
      otherClients: this.counts.otherClients,
      unfinished: this.unfinished(),
      topics: this.topics.topics + this.topics.dropped,
      notes: importNotes(facts, this.capture),
      ...(this.run && { scenario: scenarioText(this.run, 'yaml') }),
    }
  }

  private unfinished(): UnfinishedHandshake[] {
    const filter = 'type:PUBLISH verdict:open,abandoned,gave-up,lost'
    const { exchanges } = this.capture.query({ filter, limit: UNFINISHED * 2 })
    return exchanges
      .filter(isUnfinished)
      .slice(-UNFINISHED)
      .map((e) => this.handshake(e))
  }

  private handshake(e: ExchangeRow & { verdict: UnfinishedHandshake['verdict'] }): UnfinishedHandshake {
    const packets = e.packets
      .map((seq) => this.capture.row(seq))
      .filter((p): p is PacketRow => p !== undefined)
    const arrived = packets.filter((p) => p.fate === 'delivered').at(-1)
    const first: PacketType = e.qos === 2 ? 'PUBREC' : 'PUBACK'
    return {
      clientId: e.clientId,
      direction: e.direction,
      qos: e.qos,
      packetId: e.packetId,
      topic: e.topic,
      startedMs: e.startedMs,
      seen: packets.map((p) => p.type),
      missing: e.qos === 0 ? null : arrived ? (NEXT[arrived.type] ?? first) : 'PUBLISH',
      verdict: e.verdict,
    }
  }

  private arrived(p: PacketTransit): void {
    const { packet, clientId, settledMs } = p
    this.topics.published({
      topic: packet.topic,
      clientId,
      qos: packet.qos,
      retain: packet.retain,
      payload: packet.payload,
      atMs: settledMs,
    })
    this.rates.published(packet.qos, null)
  }
}

function keptScenario(json: string): Scenario {
  try {
    return parseScenario(json, 'scenario')
  } catch (thrown) {
    const why = thrown instanceof ApiError ? (thrown.details[0]?.path ?? thrown.message) : String(thrown)
    throw new CaptureFileError(
      `the scenario of this kept run cannot be read (${why}): it is damaged, or of a newer version`,
    )
  }
}

const isUnfinished = (e: ExchangeRow): e is ExchangeRow & { verdict: UnfinishedHandshake['verdict'] } =>
  e.verdict !== 'complete' && e.verdict !== 'refused'
