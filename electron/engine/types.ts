import type { EngineApi, HostInfo } from '../contract/api'
import type { EngineStatus, LogLine } from '../contract/model'
import type { RunReport } from '../contract/report'
import type { PageLink } from '../contract/rpc'
import type { Scenario } from '../contract/scenario'

/** What an engine needs of its host. */
export interface EngineDeps {
  /** Environment variables, for passwords named in scenarios. */
  env: Readonly<Record<string, string | undefined>>
  /** Version of the application. */
  version: string
  log(line: LogLine): void
  /** Where what is to outlive the process is kept, such as the history of load tests. @default nowhere */
  store?: { folder: string }
}

/** Limits of one run from the command line; each overrides the scenario's. */
export interface RunLimits {
  durationMs?: number
  /** Messages of each publishing device. */
  messages?: number
  /** Virtual milliseconds per real one; `Infinity` for as fast as the machine can. @default 1 */
  speed?: number
}

/** Broker, fleet and capture of one scenario at a time. */
export interface Engine {
  /**
   * Replaces the scenario, starts broker and fleet and lets time run.
   * @throws ApiError `conflict` when a port asked for by number is taken, `unavailable` when the broker cannot be reached
   */
  open(scenario: Scenario, file: string | null, limits?: RunLimits): Promise<void>
  status(): EngineStatus
  /** Resolves when duration or message count is reached and all handshakes have ended, or when `signal` aborts. */
  finished(signal?: AbortSignal): Promise<RunReport>
  /** Serves one page; see `servePage`. */
  session(page: PageLink, host: HostInfo): EngineApi
  /** The capture as a pcapng file. */
  pcapng(filter: string): Uint8Array
  /** Disconnects everything, closes all listeners and timers, within a second. */
  close(): Promise<void>
}
