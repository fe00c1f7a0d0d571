import type { Note } from '../../../contract/model'
import { logMessages } from './log-messages'

/** This many takeovers of one identifier within this time, in real ms, are a loop. */
const LOOP = 3
const WITHIN_MS = 30_000
/** Identifiers that are remembered. */
const REMEMBERED = 1000
/** Real ms between two lines of one kind: when a thousand clients go at once, one line says it. */
const EVERY_MS = 1000

interface Recent {
  times: number[]
  /** When the loop was last reported. */
  toldMs: number
}

/**
 * What to tell people of connections that end by no wish of the client's. Two programs with one client identifier push
 * each other out again and again: that is reported once, and named. Times are real ms.
 */
export class Endings {
  private readonly takeovers = new Map<string, Recent>()
  private readonly toldMs = new Map<string, number>()

  /** Another connection has taken the client identifier. Null when that need not be reported again. */
  takenOver(clientId: string, nowMs: number): Note | null {
    const known = this.takeovers.get(clientId) ?? { times: [], toldMs: -Infinity }
    this.takeovers.delete(clientId)
    this.takeovers.set(clientId, known)
    if (this.takeovers.size > REMEMBERED) this.takeovers.delete(this.takeovers.keys().next().value ?? '')
    known.times = [...known.times.filter((t) => nowMs - t <= WITHIN_MS), nowMs].slice(-LOOP)
    if (known.times.length < LOOP) return this.nowAndThen(logMessages.takenOver(), nowMs)
    if (nowMs - known.toldMs <= WITHIN_MS) return null
    known.toldMs = nowMs
    return logMessages.takeoverLoop(clientId)
  }

  /** Nothing was heard for too long. */
  keepAlive(seconds: number, nowMs: number): Note | null {
    return this.nowAndThen(logMessages.keepAlive(seconds), nowMs)
  }

  /** A program has gone without DISCONNECT. */
  broken(nowMs: number): Note | null {
    return this.nowAndThen(logMessages.broken(), nowMs)
  }

  private nowAndThen(about: Note, nowMs: number): Note | null {
    if (nowMs - (this.toldMs.get(about.key) ?? -Infinity) < EVERY_MS) return null
    this.toldMs.set(about.key, nowMs)
    return about
  }
}
