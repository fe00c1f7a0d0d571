import { printable } from '@contract/printable'
import type { PacketRow, SessionMark } from '@contract/model'
import { flagsText, packetName } from './arrows'
import { endMs } from './time-scale'
import type { Lane, SequenceInput } from './types'

/** Words of the Mermaid text, in the reader's language. */
export interface MermaidWords {
  broker: string
  lost: string
  dropped: string
  held: string
  onTheWay: string
  mark: (m: SequenceInput['marks'][number]) => string
  idle: (ms: number) => string
}

/** Idle time shorter than this is not noted, ms. */
const NOTE_IDLE_MS = 500

/**
 * Names as Mermaid shows them and never acts on them: it ends a statement at `;`, reads `#` as an entity, `%%{` as a
 * directive wherever it stands, and labels as HTML.
 */
const escape = (text: string): string =>
  printable(text.replace(/[\r\n]+/g, ' ')).replace(/[#;%<>"&]/g, (c) => `#${c.charCodeAt(0)};`)

function message(p: PacketRow, words: MermaidWords): string {
  const flags = flagsText(p)
  const qos = flags === null ? '' : ` ${flags}`
  const dup = p.dup ? ' DUP' : ''
  const fate = {
    delivered: '',
    lost: ` (${p.reason === 'step' ? words.dropped : words.lost})`,
    held: ` (${words.held})`,
    transit: ` (${words.onTheWay})`,
  }[p.fate]
  return escape(`${packetName(p)}${qos}${dup}${fate}`)
}

/**
 * The packets of the lanes given as a Mermaid sequence diagram, in order of sending.
 * A delivered PUBLISH has a solid line, its answers a dotted one; a packet that did not arrive ends in a cross (`-x`),
 * one that is held or on its way in an open head (`-)`).
 */
export function toMermaid(input: SequenceInput, lanes: readonly Lane[], words: MermaidWords): string {
  const names = new Map(lanes.map((l, i) => [l.clientId, `p${i}`]))
  const lines = ['sequenceDiagram']
  for (const l of lanes)
    lines.push(`  participant ${names.get(l.clientId)} as ${escape(l.clientId ?? words.broker)}`)
  const broker = names.get(null) ?? 'p0'
  const packets = [...input.packets].filter((p) => names.has(p.clientId)).sort((a, b) => a.seq - b.seq)
  const from = packets[0]?.sentMs ?? 0
  const until = Math.max(...packets.map((p) => endMs(p, p.sentMs)))
  const marks = input.marks
    .filter((m) => names.has(m.clientId) && m.atMs >= from && m.atMs <= until)
    .sort((a, b) => a.after - b.after)
  const note = (m: SessionMark): string => `  Note over ${names.get(m.clientId)}: ${escape(words.mark(m))}`
  let quietSince = Infinity
  for (const p of packets) {
    const before = marks.findIndex((m) => m.after >= p.seq)
    lines.push(...marks.splice(0, before < 0 ? marks.length : before).map(note))
    const idle = p.sentMs - quietSince
    if (idle >= NOTE_IDLE_MS)
      lines.push(`  Note over ${lanesSpan(lanes, names)}: ${escape(words.idle(idle))}`)
    quietSince = Math.max(quietSince === Infinity ? -Infinity : quietSince, endMs(p, p.sentMs))
    const client = names.get(p.clientId) ?? broker
    const [sender, receiver] = p.direction === 'uplink' ? [client, broker] : [broker, client]
    const dashed = p.type === 'PUBLISH' ? '-' : '--'
    const head = { delivered: '>>', lost: 'x', held: ')', transit: ')' }[p.fate]
    lines.push(`  ${sender}${dashed}${head}${receiver}: ${message(p, words)}`)
  }
  lines.push(...marks.map(note))
  return `${lines.join('\n')}\n`
}

function lanesSpan(lanes: readonly Lane[], names: ReadonlyMap<string | null, string>): string {
  const first = names.get(lanes[0]?.clientId ?? null) ?? 'p0'
  const last = names.get(lanes.at(-1)?.clientId ?? null) ?? first
  return first === last ? first : `${first},${last}`
}
