import { build, type Histogram } from 'hdr-histogram-js'
import type {
  AnswerTimes,
  ExchangeCounts,
  InspectedClient,
  PacketFaults,
} from '../../contract/inspect-report'
import type { PacketRow } from '../../contract/model'
import type { PacketType } from '../../contract/packet'
import type { Capture, ExchangeOutcome } from '../observe/capture/capture'
import type { Conversation } from './stream/conversation'
import { endpointText } from './net/address'

/** Clients that are told apart. */
const CLIENTS = 10_000
/** Of more, this many are counted. */
const MOST_CLIENTS = 100_000
/** One hour; longer answers count as one hour. */
const HIGHEST_MICROS = 3_600_000_000
const ACKNOWLEDGEMENTS: ReadonlySet<PacketType> = new Set(['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP'])

type Client = Omit<InspectedClient, 'answerMs'> & { answers: Histogram }

/** Counts what a report says of a whole file, of which the capture keeps only the last part. */
export class HandshakeCounts {
  readonly exchanges = noExchanges()
  readonly faults: PacketFaults = { outOfOrder: 0, dupWithoutCause: 0, repeatedWithoutDup: 0 }
  /** Clients of which there was no room for counts of their own. */
  get otherClients(): number {
    return this.others.size
  }
  private readonly all = histogram()
  private readonly byType = new Map<PacketType, Histogram>()
  private readonly others = new Set<string>()
  private readonly byName = new Map<string, Client>()

  /** The packet that the capture has taken in last. */
  packet(row: PacketRow, capture: Pick<Capture, 'row'>): void {
    const client = this.clientOf(row.clientId)
    client.packets++
    client.bytes += row.bytes
    const faults = faultsOf(row)
    add(this.faults, faults)
    add(client, faults)
    const asked = row.answers === null ? undefined : capture.row(row.answers)
    if (!asked) return
    const micros = Math.min(HIGHEST_MICROS, Math.round((row.sentMs - asked.sentMs) * 1000))
    this.all.recordValue(micros)
    client.answers.recordValue(micros)
    const known = this.byType.get(row.type) ?? histogram()
    known.recordValue(micros)
    this.byType.set(row.type, known)
  }

  /** An exchange as it stands at its end, or at the end of the file. */
  exchange(e: ExchangeOutcome): void {
    for (const counts of [this.exchanges, this.clientOf(e.clientId).exchanges]) {
      if (e.verdict === 'complete') counts.complete++
      else if (e.verdict === 'refused') counts.refused++
      else counts.unfinished++
      if (e.retries > 0) counts.repeated++
    }
  }

  /** A connection is over. */
  connection(c: Conversation): void {
    const client = this.clientOf(c.clientId)
    client.connections++
    client.address = endpointText(c.clientEnd.address, c.clientEnd.port)
    client.level = c.hasConnect ? c.level : client.level
    client.transport = c.transport === 'websocket' ? 'websocket' : 'tcp'
    client.malformed += c.malformed
    client.missingBytes += c.missingBytes
  }

  /** Clients that were seen. */
  get clients(): number {
    return this.byName.size - (this.byName.has(OTHERS) ? 1 : 0) + this.others.size
  }

  answers(): { all: AnswerTimes; byType: Partial<Record<PacketType, AnswerTimes>> } {
    return {
      all: times(this.all),
      byType: Object.fromEntries([...this.byType].map(([type, h]) => [type, times(h)])),
    }
  }

  clientRows(): InspectedClient[] {
    return [...this.byName.values()]
      .filter((c) => c.clientId !== OTHERS)
      .sort((a, b) => b.packets - a.packets)
      .map(({ answers, ...client }) => ({ ...client, answerMs: times(answers) }))
  }

  private clientOf(clientId: string): Client {
    const known = this.byName.get(clientId)
    if (known) return known
    if (this.byName.size >= CLIENTS && clientId !== OTHERS) {
      if (this.others.size < MOST_CLIENTS) this.others.add(clientId)
      return this.clientOf(OTHERS)
    }
    const client: Client = {
      clientId,
      address: '',
      level: null,
      transport: 'tcp',
      connections: 0,
      packets: 0,
      bytes: 0,
      malformed: 0,
      missingBytes: 0,
      exchanges: noExchanges(),
      outOfOrder: 0,
      dupWithoutCause: 0,
      repeatedWithoutDup: 0,
      answers: histogram(),
    }
    this.byName.set(clientId, client)
    return client
  }
}

/** No client identifier: it has a character that none may have [MQTT-1.5.3-2]. */
const OTHERS = '\0others'

const noExchanges = (): ExchangeCounts => ({ complete: 0, unfinished: 0, repeated: 0, refused: 0 })

/** Grows with what it holds: most clients have few answers, of nearly the same time. */
const histogram = (): Histogram =>
  build({
    bitBucketSize: 'packed',
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_MICROS,
    numberOfSignificantValueDigits: 3,
  })

function times(h: Histogram): AnswerTimes {
  const at = (percentile: number): number | null =>
    h.totalCount === 0 ? null : h.getValueAtPercentile(percentile) / 1000
  return { count: h.totalCount, p50: at(50), p95: at(95), p99: at(99) }
}

function faultsOf(row: PacketRow): PacketFaults {
  const publish = row.type === 'PUBLISH'
  const nothingAsked = row.answers === null && row.resends === null
  return {
    outOfOrder: Number(ACKNOWLEDGEMENTS.has(row.type) && nothingAsked),
    dupWithoutCause: Number(publish && row.dup && row.resends === null),
    repeatedWithoutDup: Number(publish && !row.dup && row.resends !== null),
  }
}

function add(to: PacketFaults, more: PacketFaults): void {
  to.outOfOrder += more.outOfOrder
  to.dupWithoutCause += more.dupWithoutCause
  to.repeatedWithoutDup += more.repeatedWithoutDup
}
