import type { LessonFact } from './lesson'
import type { PacketBatch, PacketRow } from './model'
import type { PacketType } from './packet'

/** A lesson in the list of the engine. */
export type LessonOrigin = 'built-in' | 'opened'

/** A fact that was asked for, and whether the run confirmed it. */
export interface LessonCheck {
  fact: LessonFact
  holds: boolean
  /** What was found, by the name of the value; a value nothing was known of is null. */
  found: Record<string, number | null>
}

/** A device of a lesson's run. */
export interface LessonClient {
  clientId: string
  group: string
  publishes: boolean
  subscribes: boolean
  /** It publishes only in answer to what it hears. */
  answers?: boolean
  /** Filters it subscribes to. */
  filters: string[]
}

/** Sums of the ledger over all groups, and packets put on the wire. */
export interface LessonTotals {
  offered: number
  /** Distinct messages that arrived, per subscriber. */
  delivered: number
  /** Messages handed to applications, copies included. */
  arrived: number
  lost: number
  /** Of the messages offered those that never went onto a link: their device had no connection, and kept none. */
  unsent: number
  duplicated: number
  packets: number
  /** Of all PUBLISH packets that the broker sent. */
  bytes: number
  /** Longest time to a first arrival, ms; null when nothing arrived. */
  latencyMs: number | null
}

/** A packet that is not drawn. Times as in the run. */
export interface HiddenPacket {
  type: PacketType
  sentMs: number
  settledMs: number
}

/** What a run that was played to its end left behind. */
export interface RunRecording {
  /** The packets that are shown, with what belongs to them; times as in the run. */
  timeline: PacketBatch
  /** The packets of that time that are not shown, so that the picture can say so. */
  hidden: HiddenPacket[]
  clients: LessonClient[]
  totals: LessonTotals
  /** Messages each device's application was handed. */
  received: Record<string, number>
  /** Clock time of the run, ms. */
  durationMs: number
}

/** What one run of a scripted lesson came to: the recorded packets, and the verdict computed from ledger and capture. */
export interface LessonOutcome extends RunRecording {
  lesson: string
  variant: string
  /** The option whose facts hold; null when none does. */
  answer: string | null
  /** What the lesson says must hold. */
  checks: LessonCheck[]
  /** The lost packet the verdict names; null when the lesson names none, or none was found. */
  named: PacketRow | null
}

/** A client that came to the broker of the open scenario. */
export interface LiveClient {
  clientId: string
  connected: boolean
  /** Has a subscription that matches the lesson's topic. */
  subscribed: boolean
  /** Messages on the topic that reached the broker, and that reached the client. */
  published: number
  received: number
  /** Copies of its own messages that it got. */
  own: number
}

/** How far a live lesson is. */
export interface LiveOutcome {
  lesson: string
  /** In order of coming; the last ones. */
  clients: LiveClient[]
  /** The first client that published and received; the verdict speaks of it. */
  done: LiveClient | null
  answer: string | null
  /** Packets of the client the verdict speaks of, or until then of the latest ones. */
  timeline: PacketBatch
}
