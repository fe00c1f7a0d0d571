import type { RingSummary } from '../../../contract/ring'
import { Fated } from './codes'
import type { PacketTable } from './packet-table'

/** The ring in equal parts of time: one search a part, and one pass over a column of bytes for the losses. */
export function summarize(t: PacketTable, parts: number): RingSummary {
  const { first, next } = t
  const fromMs = first === next ? 0 : (t.sentMs[t.at(first)] as number)
  const toMs = first === next ? 0 : (t.sentMs[t.at(next - 1)] as number)
  const edge = (i: number): number =>
    i === 0 ? first : i === parts ? next : t.firstSentAt(fromMs + ((toMs - fromMs) * i) / parts)
  const seqs = Array.from({ length: parts }, (_, i) => edge(i))
  const ends = [...seqs.slice(1), next]
  return {
    firstSeq: first,
    nextSeq: next,
    fromMs,
    toMs,
    seqs,
    packets: seqs.map((s, i) => (ends[i] ?? s) - s),
    lost: seqs.map((s, i) => lostBetween(t, s, ends[i] ?? s)),
  }
}

function lostBetween(t: PacketTable, from: number, to: number): number {
  let n = 0
  for (let s = from; s < to; s++) if (t.fate[t.at(s)] === Fated.lost) n++
  return n
}
