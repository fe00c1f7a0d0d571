import { readFileSync } from 'node:fs'
import type { BrokerProcess } from '../../../contract/load-report'
import { noMetrics, sampleOfMetrics, type Sample } from './broker-metrics'
import { LoadError } from './failures'
import type { LoadOptions } from './load-options'

/** Clock ticks per second in /proc: 100 on every Linux. */
const TICK_MS = 10
const PAGE_BYTES = 4096

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

/** Where a watch gets its samples. */
interface Source {
  /** Null for one that has no number here. */
  pid: number | null
  /** Null where there is none now. */
  sample(): Promise<Sample | null>
}

/** Watches what the broker's process takes of its computer. Times are ms of the run's clock. */
export class BrokerWatch {
  private first: { atMs: number; sample: Sample } | null = null
  private last: { atMs: number; sample: Sample } | null = null
  private mostBytes = 0
  private looking: Promise<void> | null = null

  private constructor(private readonly source: Source) {}

  /**
   * A process of this computer; Linux only.
   * @throws LoadError where there is no such process, or the system does not tell of it
   */
  static ofProcess(pid: number): BrokerWatch {
    if (sample(pid) !== null) return new BrokerWatch({ pid, sample: () => Promise.resolve(sample(pid)) })
    throw new LoadError(
      `--broker-pid: found ${pid}; expected a process of this computer, which must run Linux`,
      'start',
    )
  }

  /** A broker that shows its own figures to Prometheus. @throws LoadError where it does not */
  static async ofMetrics(url: string): Promise<BrokerWatch> {
    try {
      await sampleOfMetrics(url)
    } catch (thrown) {
      throw thrown instanceof LoadError ? thrown : noMetrics(url, thrown)
    }
    return new BrokerWatch({ pid: null, sample: () => sampleOfMetrics(url).catch(() => null) })
  }

  /** Publishing begins: what came before is not counted. `now` gives the time at which the answer was there. */
  async begin(now: () => number): Promise<void> {
    await this.look(now)
    this.first = this.last
  }

  /** One look at a time: a second one waits for the answer to the first. */
  look(now: () => number): Promise<void> {
    this.looking ??= this.lookOnce(now).finally(() => (this.looking = null))
    return this.looking
  }

  private async lookOnce(now: () => number): Promise<void> {
    const found = await this.source.sample()
    if (found === null) return
    this.last = { atMs: now(), sample: found }
    this.mostBytes = Math.max(this.mostBytes, found.residentBytes)
  }

  /** Null where the process was gone before publishing began. */
  report(): BrokerProcess | null {
    const { first, last } = this
    if (first === null || last === null || last.atMs <= first.atMs) return null
    const cpuMs = last.sample.cpuMs - first.sample.cpuMs
    return {
      pid: this.source.pid,
      name: first.sample.name,
      cpuMs,
      cores: Math.round((cpuMs / (last.atMs - first.atMs)) * 1000) / 1000,
      residentBytes: first.sample.residentBytes,
      mostResidentBytes: this.mostBytes,
    }
  }
}

/** Watches whose CPU and memory the run is asked to report, if any. @throws LoadError */
export function watchBroker({
  brokerPid,
  brokerMetrics,
}: Pick<LoadOptions, 'brokerPid' | 'brokerMetrics'>): Promise<BrokerWatch | null> {
  if (brokerMetrics !== undefined) return BrokerWatch.ofMetrics(brokerMetrics)
  return Promise.resolve(brokerPid === undefined ? null : BrokerWatch.ofProcess(brokerPid))
}
