import { ScenarioComments } from '../mqtt/kept-run'
import type { Packet } from '../mqtt/packet'
import type { LossCause, PacketTransit, TransitObserver } from '../mqtt/transit'
import { CaptureFile } from './file/capture-file'
import { CaptureFileError, type CapturedFrame, type FrameSink } from './file/frames'
import { endpointText } from './net/address'
import { ipAt, isKnownLink } from './net/link-layer'
import { readSegment, type Segment } from './net/segment'
import { Connections, type ConnectionEnd, type ConnectionListener } from './stream/connections'
import type { Conversation, End } from './stream/conversation'
import { readRemark } from './own-export'

/** What a file holds besides packets; counts of what was read so far. */
export interface ImportFacts {
  /** Program that wrote the file, where it says so. */
  writer: string | null
  frames: number
  /** Unix time of the first frame, ms; 0 before it came. */
  epochMs: number
  /** From the first frame to the last, ms. */
  durationMs: number
  connections: { total: number; mqtt: number; websocket: number; tls: number; withoutConnect: number }
  malformed: number
  /** Bytes of MQTT connections that were sent and are not in the file. */
  missingBytes: number
  /** Bytes of MQTT connections that are in the file and could not be read, because of missing or malformed ones. */
  unreadBytes: number
  /** TCP payload that came again, and segments that came before an earlier one. */
  repeatedBytes: number
  reorderedSegments: number
  /** Bytes that came after the other end had acknowledged what follows them: the frames are not in order. */
  lateBytes: number
  /** Parts of IP packets with TCP, which are not put together. */
  fragments: number
  /** Frames of link types that are not read, by number of the type. */
  unknownLinks: Map<number, number>
  /** Encrypted connections, the first of them by address. */
  encrypted: string[]
  /** Bytes of the last record, of which the end is missing. */
  cutOffBytes: number
  /** Why the rest of the file could not be read; null where all of it was. */
  damage: string | null
}

const NAMES = 100_000
const ENCRYPTED = 20

/** Watches an import: packets and events as of a live run, and connections. */
export interface ImportObserver extends TransitObserver {
  /** An MQTT connection is over, or the file is. */
  ended?(c: Conversation): void
}

/**
 * Reads a capture file from its bytes as they come and tells its MQTT packets, in the order of the file, as a run tells
 * those of its links. A capture sees a packet once: it is sent and arrives at the time of the frame that ends it, in clock
 * ms since the first frame. Memory is bounded: a file is never held as a whole.
 */
export class CaptureImport implements FrameSink, ConnectionListener {
  readonly facts: ImportFacts = {
    writer: null,
    frames: 0,
    epochMs: 0,
    durationMs: 0,
    connections: { total: 0, mqtt: 0, websocket: 0, tls: 0, withoutConnect: 0 },
    malformed: 0,
    missingBytes: 0,
    unreadBytes: 0,
    repeatedBytes: 0,
    reorderedSegments: 0,
    lateBytes: 0,
    fragments: 0,
    unknownLinks: new Map(),
    encrypted: [],
    cutOffBytes: 0,
    damage: null,
  }
  /** Of a run that was kept. */
  readonly scenario = new ScenarioComments()
  private readonly file = new CaptureFile(this)
  private readonly connections = new Connections(this)
  private readonly names = new Map<string, string>()
  /** Of files that this program wrote: the connection that a client has, which no FIN ends. */
  private readonly ownClients = new Map<string, Conversation>()
  private readonly at: Segment = { addressesAt: 0, addressBytes: 4, tcpAt: 0, payloadAt: 0, length: 0 }
  private firstNs: bigint | null = null
  private nowMs = 0
  private comment: string | null = null
  private transits = 0

  constructor(private readonly observer: ImportObserver) {}

  /** Takes the next bytes. What comes behind damage is left out, and `facts.damage` says so. */
  push(chunk: Buffer): void {
    if (this.facts.damage !== null) return
    this.try(() => this.file.push(chunk))
  }

  /** The file is over. @throws CaptureFileError where it is no capture file */
  end(): ImportFacts {
    const { facts } = this
    if (facts.damage !== null && facts.frames === 0 && facts.writer === null)
      throw new CaptureFileError(facts.damage)
    if (facts.damage === null) facts.cutOffBytes = this.file.end()
    this.connections.end()
    facts.connections.total = this.connections.count
    return facts
  }

  /** Clock time of the frame that is read, ms since the first. */
  now(): number {
    return this.nowMs
  }

  frame(f: CapturedFrame): void {
    const { facts } = this
    facts.frames++
    this.tick(f.unixNs)
    if (!isKnownLink(f.linkType)) {
      facts.unknownLinks.set(f.linkType, (facts.unknownLinks.get(f.linkType) ?? 0) + 1)
      return
    }
    const ip = ipAt(f.linkType, f.data)
    const kind = ip < 0 ? 'none' : readSegment(f.data, ip, this.at)
    if (kind === 'fragment') facts.fragments++
    if (kind !== 'tcp') return
    this.comment = f.comment
    this.connections.segment(f.data, this.at)
  }

  name(address: string, name: string): void {
    if (this.names.size < NAMES) this.names.set(address, name)
  }

  comments(onSection: string): void {
    this.scenario.add(onSection)
  }

  writer(application: string): void {
    this.facts.writer = application
  }

  nameOf(end: End): string {
    return this.names.get(end.address) ?? endpointText(end.address, end.port)
  }

  opened(c: Conversation): void {
    const { connections } = this.facts
    connections.mqtt++
    if (c.transport === 'websocket') connections.websocket++
    if (!c.hasConnect) connections.withoutConnect++
    if (this.isOwn) {
      const before = this.ownClients.get(c.clientId)
      if (before) this.observer.event({ kind: 'closed', clientId: c.clientId, atMs: this.nowMs, by: 'cut' })
      this.ownClients.set(c.clientId, c)
    }
    this.observer.event({ kind: 'opened', clientId: c.clientId, atMs: this.nowMs })
  }

  packet(c: Conversation, uplink: boolean, packet: Packet, size: number): void {
    const remark = this.isOwn && this.comment !== null ? readRemark(this.comment, size) : null
    if (remark?.placeholder) return
    const bytes = size - (remark?.missing ?? 0)
    const p: PacketTransit = {
      id: ++this.transits,
      clientId: c.clientId,
      direction: uplink ? 'uplink' : 'downlink',
      packet: bytes < packet.frame.length ? packet.begin(bytes) : packet,
      ...(bytes < packet.frame.length || packet.frame.length < size ? { wireBytes: size } : {}),
      sentMs: this.nowMs,
      origin: 'endpoint',
      attempt: 1,
      state: 'transit',
      settledMs: this.nowMs + (remark?.tookMs ?? 0),
      lossPoint: 1,
      cause: null,
      segmentLosses: 0,
    }
    this.observer.entered(p)
    if (remark?.onItsWay) return
    this.settle(p, remark?.lost ?? null)
  }

  closed(c: Conversation, end: ConnectionEnd | null): void {
    const { facts } = this
    if (c.transport === 'tls') {
      facts.connections.tls++
      if (facts.encrypted.length < ENCRYPTED)
        facts.encrypted.push(`${text(c.clientEnd)} to ${text(c.serverEnd)}`)
    }
    if (!c.isMqtt) return
    facts.malformed += c.malformed
    facts.missingBytes += c.missingBytes
    facts.unreadBytes += c.unreadBytes
    for (const half of c.halves) {
      facts.repeatedBytes += half.repeatedBytes
      facts.reorderedSegments += half.reordered
      facts.lateBytes += half.lateBytes
    }
    if (end !== null && c.clientId !== '')
      this.observer.event({
        kind: 'closed',
        clientId: c.clientId,
        atMs: this.nowMs,
        by: end.byClient ? 'client' : 'broker',
      })
    this.observer.ended?.(c)
  }

  private get isOwn(): boolean {
    return this.facts.writer === 'MQTT Fleet Lab'
  }

  private settle(p: PacketTransit, lost: { cause: LossCause | null; point: number } | null): void {
    p.state = lost === null ? 'delivered' : 'lost'
    if (lost !== null) {
      p.cause = lost.cause
      p.lossPoint = lost.point
    }
    this.observer.settled(p)
  }

  /** Clock time never goes back, though the times of a file may. */
  private tick(unixNs: bigint): void {
    if (unixNs === 0n) return
    if (this.firstNs === null) {
      this.firstNs = unixNs
      this.facts.epochMs = Number(unixNs / 1000n) / 1000
    }
    this.nowMs = Math.max(this.nowMs, Number(unixNs - this.firstNs) / 1e6)
    this.facts.durationMs = this.nowMs
  }

  private try(read: () => void): void {
    try {
      read()
    } catch (thrown) {
      if (!(thrown instanceof CaptureFileError)) throw thrown
      this.facts.damage = thrown.message
    }
  }
}

const text = (end: End): string => endpointText(end.address, end.port)

/** Reads a whole file. @throws CaptureFileError where it is no capture file */
export function importCapture(bytes: Uint8Array, observer: ImportObserver): ImportFacts {
  const reading = new CaptureImport(observer)
  reading.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
  return reading.end()
}
