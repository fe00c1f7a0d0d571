import type { ExchangeVerdict, FilePart } from '../../../contract/model'
import { csvField } from '../../base/csv'
import { STEP, type Steps } from '../../base/slices'
import { Packet } from '../../mqtt/packet'
import type { ExportPacket } from './pcapng/export'
import type { Rows } from './rows'

/** Forms of a file of messages. */
export type MessagesFormat = 'csv' | 'jsonl'

/** A PUBLISH on one leg with how its handshake ended. */
export interface ExportMessage extends ExportPacket {
  verdict: ExchangeVerdict | null
}

/** Characters of a part, about. */
const PART = 1 << 19
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const COLUMNS = [
  'time',
  'seconds',
  'message',
  'client',
  'direction',
  'topic',
  'qos',
  'retain',
  'dup',
  'packet_id',
  'attempt',
  'fate',
  'loss_reason',
  'verdict',
  'bytes',
  'payload',
  'payload_base64',
  'payload_missing',
] as const

type Values = Record<(typeof COLUMNS)[number], string | number | boolean | null>

/**
 * Messages as lines, one for each PUBLISH on each leg, with what became of it: CSV, or JSON objects with the same names.
 * A payload that is no text, or of which not all is kept, is base64; `payload_missing` counts the bytes at its end that are
 * not kept. Made part by part, as `PcapngExport`.
 */
export class MessagesExport {
  private readonly messages: Iterator<ExportMessage | null>
  private written = 0
  private head: string

  constructor(
    messages: Iterable<ExportMessage | null>,
    private readonly epochMs: number,
    private readonly format: MessagesFormat,
  ) {
    this.messages = messages[Symbol.iterator]()
    this.head = format === 'csv' ? `${COLUMNS.join(',')}\n` : ''
  }

  /** Makes the next part. */
  *next(): Steps<FilePart> {
    let text = this.head
    this.head = ''
    let looked = 0
    let done = false
    while (!done && text.length < PART) {
      const next = this.messages.next()
      if (next.done) done = true
      else {
        if (next.value) {
          text += this.line(next.value)
          this.written++
        }
        if (++looked % STEP === 0) yield STEP
      }
    }
    yield looked % STEP
    return { bytes: new TextEncoder().encode(text), packets: this.written, done }
  }

  private line(m: ExportMessage): string {
    const { row } = m
    const values: Values = {
      time: new Date(this.epochMs + row.sentMs).toISOString(),
      seconds: Math.round(row.sentMs * 1000) / 1_000_000,
      message: row.journey,
      client: row.clientId,
      direction: row.direction,
      topic: row.topic,
      qos: row.qos,
      retain: row.retain,
      dup: row.dup,
      packet_id: row.packetId,
      attempt: row.attempt,
      fate: row.fate,
      loss_reason: row.reason,
      verdict: m.verdict,
      bytes: row.bytes,
      ...payloadOf(m),
    }
    if (this.format === 'jsonl') return `${JSON.stringify(values)}\n`
    const fields = COLUMNS.map((name) => {
      const value = values[name]
      return value === null ? '' : csvField(typeof value === 'boolean' ? Number(value) : value)
    })
    return `${fields.join(',')}\n`
  }
}

/** The PUBLISHes among packets. */
export function* withVerdicts(
  packets: Iterable<ExportPacket | null>,
  rows: Pick<Rows, 'exchange'>,
): Generator<ExportMessage | null> {
  for (const p of packets) {
    const exchange = p?.row.exchange ?? null
    if (p?.row.type !== 'PUBLISH') yield null
    else yield { ...p, verdict: exchange === null ? null : (rows.exchange(exchange)?.verdict ?? null) }
  }
}

function payloadOf({
  row,
  level,
  bytes,
}: ExportMessage): Pick<Values, 'payload' | 'payload_base64' | 'payload_missing'> {
  const missing = Math.max(0, row.bytes - bytes.length)
  const { payload } = new Packet(bytes, level)
  try {
    if (missing === 0) return { payload: utf8.decode(payload), payload_base64: null, payload_missing: 0 }
  } catch {
    // not UTF-8
  }
  return { payload: null, payload_base64: payload.toString('base64'), payload_missing: missing }
}
