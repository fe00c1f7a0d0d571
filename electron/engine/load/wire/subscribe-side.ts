import type { ClientFields } from './client-types'
import { subscribeFrame, unsubscribeFrame } from './frames'
import { readSuback } from './incoming'
import { reasonText } from './reason-codes'

const FILTERS_PER_SUBSCRIBE = 500
/** Packet identifiers of filters that come and go; those of the first ones are far below. */
const MORE_ID = 65_534
const LESS_ID = 65_535

/** What one SUBACK says. */
export interface SubscribeAnswer {
  /** Why the broker refuses a filter, or null. */
  refusal: string | null
  /** QoS that were granted below the one asked for. */
  lowered: number[]
  /** Every filter has its answer. */
  complete: boolean
}

/** Asks for a client's filters, some hundred in one packet, and counts the answers. */
export class SubscribeSide {
  private due = 0
  private changes = 0
  private askedMs = 0

  constructor(private readonly fields: Pick<ClientFields, 'filters' | 'level' | 'subscribeQos'>) {}

  /** One more filter, to which nobody publishes, and without the one before. */
  change(below: string, nowMs: number): Buffer {
    const { level, subscribeQos } = this.fields
    const filter = (n: number): string => `${below}/${n}`
    this.askedMs = nowMs
    const n = this.changes++
    const more = subscribeFrame(level, MORE_ID, [filter(n)], subscribeQos)
    return n === 0 ? more : Buffer.concat([more, unsubscribeFrame(level, LESS_ID, filter(n - 1))])
  }

  /** For a SUBACK between two offsets that answers `change`: when that was, Unix ms; else null. */
  changedSince(b: Buffer, body: number): number | null {
    return b.readUInt16BE(body) === MORE_ID ? this.askedMs : null
  }

  /** The SUBSCRIBE packets of a connection. */
  packets(): Buffer[] {
    const { filters, level, subscribeQos } = this.fields
    this.due = Math.ceil(filters.length / FILTERS_PER_SUBSCRIBE)
    return Array.from({ length: this.due }, (_, i) => {
      const some = filters.slice(i * FILTERS_PER_SUBSCRIBE, (i + 1) * FILTERS_PER_SUBSCRIBE)
      return subscribeFrame(level, i + 1, some, subscribeQos)
    })
  }

  /** Takes the body of a SUBACK between two offsets. */
  answered(b: Buffer, body: number, end: number): SubscribeAnswer {
    const codes = [...readSuback(b, body, end, this.fields.level)]
    const refused = codes.find((code) => code >= 0x80)
    const lowered = codes.filter((code) => code < this.fields.subscribeQos)
    const complete = --this.due === 0
    return { refusal: refused === undefined ? null : reasonText('SUBACK', refused), lowered, complete }
  }
}
