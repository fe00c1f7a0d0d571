import { readFileSync } from 'node:fs'
import type { BrokerProcess } from '../../../contract/load-report'
import { LoadError } from './failures'

/** Clock ticks per second in /proc: 100 on every Linux. */
const TICK_MS = 10
const PAGE_BYTES = 4096

interface Sample {
  name: string
  /** User and system time since the process began, ms. */
  cpuMs: number
  residentBytes: number
}

/** One line of /proc/PID/stat: the name is in parentheses and may have any character in it. Null: there is no such process. */
export function parseStat(text: string): Sample | null {
  const found = /^\d+ \((.*)\) (.*)$/s.exec(text.trim())
  const fields = found?.[2]?.split(' ').map(Number) ?? []
  // fields 14, 15 and 24 of proc(5), counted from the third
  const [user, system, pages] = [fields[11], fields[12], fields[21]]
  if (user === undefined || system === undefined || pages === undefined) return null
  return {
    name: found?.[1] ?? '',
    cpuMs: (user + system) * TICK_MS,
    residentBytes: pages * PAGE_BYTES,
  }
}

function sample(pid: number): Sample | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return null
  }
}

/** Watches what the broker's process takes of this computer; Linux only. Times are ms of the run's clock. */
export class BrokerWatch {
  private first: { atMs: number; sample: Sample } | null = null
  private last: { atMs: number; sample: Sample } | null = null
  private mostBytes = 0

  /** @throws LoadError where there is no such process, or the system does not tell of it */
  constructor(private readonly pid: number) {
    if (sample(pid) === null) {
      throw new LoadError(
        `--broker-pid: found ${pid}; expected a process of this computer, which must run Linux`,
        'start',
      )
    }
  }

  /** Publishing begins: what came before is not counted. */
  begin(nowMs: number): void {
    const first = sample(this.pid)
    this.first = first === null ? null : { atMs: nowMs, sample: first }
    this.look(nowMs)
  }

  look(nowMs: number): void {
    const now = sample(this.pid)
    if (now === null) return
    this.last = { atMs: nowMs, sample: now }
    this.mostBytes = Math.max(this.mostBytes, now.residentBytes)
  }

  /** Null where the process was gone before publishing began. */
  report(): BrokerProcess | null {
    const { first, last, pid } = this
    if (first === null || last === null || last.atMs <= first.atMs) return null
    const cpuMs = last.sample.cpuMs - first.sample.cpuMs
    return {
      pid,
      name: first.sample.name,
      cpuMs,
      cores: Math.round((cpuMs / (last.atMs - first.atMs)) * 1000) / 1000,
      residentBytes: first.sample.residentBytes,
      mostResidentBytes: this.mostBytes,
    }
  }
}
