import type { Recording } from './import/recording'
import type { HostInfo, LabApi } from '../contract/api'
import type { EngineStatus, LedgerRow, LogLine } from '../contract/model'
import type { RunReport } from '../contract/report'
import type { PageLink } from '../contract/rpc'
import type { Scenario } from '../contract/scenario'
import type { LatencyCounts } from './base/latency-histogram'
import type { LoadListener } from './load/report/metrics'
import type { SimulationObserver } from './simulation/observers'
import type { ShareAddress, ShareState } from '../contract/share'

/** What an engine needs of its host. */
export interface EngineDeps {
  /** Environment variables, for passwords named in scenarios. */
  env: Readonly<Record<string, string | undefined>>
  /** Version of the application. */
  version: string
  log(line: LogLine): void
  /** Told of every scenario that runs from now on, the same one again after a restart. `toSave` is false for step mode alone. */
  onScenario?(scenario: Scenario, toSave?: boolean): void
  /** Watch every run, besides the engine itself. */
  observers?: readonly SimulationObserver[]
  /** Told of each load test that a page begins; what it answers with is told what the test measures. */
  onLoadTest?(runId: string): LoadListener
  /** Where what is to outlive the process is kept, such as the history of load tests. @default nowhere */
  dataFolder?: string
}

/** Limits of one run from the command line; each overrides the scenario's. */
export interface RunLimits {
  durationMs?: number
  /** Messages of each publishing device. */
  messages?: number
  /** Virtual milliseconds per real one; `Infinity` for as fast as the machine can. @default 1 */
  speed?: number
}

/** What a host can do to let a class watch; given to the sessions of its own pages. */
export interface Sharing {
  /** Grows with every change of the state. */
  readonly revision: number
  state(): ShareState
  addresses(): ShareAddress[]
  /** @throws ApiError `conflict` when it is on already or the port is taken, `unavailable` when the address is not this machine's */
  start(at: { address: string; port?: number }): Promise<ShareState>
  stop(): Promise<void>
  /** @throws ApiError `conflict` while sharing is off; so do the next three */
  renewCode(): ShareState
  /** @throws ApiError `not-found` when there is no such viewer */
  handOver(viewer: string): ShareState
  takeBack(): ShareState
  /** @throws ApiError `not-found` when there is no such viewer */
  remove(viewer: string): ShareState
}

/** Broker, fleet and capture of one scenario at a time. */
export interface Engine {
  /**
   * Replaces the scenario, starts broker and fleet and lets time run.
   * @throws ApiError `conflict` when a port asked for by number is taken, `unavailable` when the broker cannot be reached,
   * `unconfirmed` when it is on another machine that was not allowed, `bad-scenario` when a recording cannot be played
   * @param folder where its recordings lie; null: it is in no folder, and plays none @default null
   */
  open(scenario: Scenario, file: string | null, limits?: RunLimits, folder?: string | null): Promise<void>
  /** The scenario that is open was saved into this folder: recordings are looked for there from now on. */
  savedIn(folder: string): void
  status(): EngineStatus
  /** What has become of the messages so far, one row per group of publishers. */
  messages(): LedgerRow[]
  /** Times from publishing to first arrivals so far, in clock time of the run, by the groups of `messages`. */
  latencies(): [group: string, latencies: LatencyCounts][]
  /** Resolves when duration or message count is reached and all handshakes have ended, or when `signal` aborts. */
  finished(signal?: AbortSignal): Promise<RunReport>
  /** Serves one page; see `servePage`. `host` is read at each hello; with `sharing` the page may let a class in. */
  session(page: PageLink, host: HostInfo, sharing?: Sharing): LabApi
  /** The capture as a pcapng file. */
  pcapng(filter: string): Uint8Array
  /** Shows a recorded capture to every page in place of the run, which is paused meanwhile; null shows the run again. */
  showRecording(recording: Recording | null): void
  /** What takes long just now, and how much of it is done, 0 to 1; null when nothing does. */
  work(): { kind: 'experiment' | 'load'; fraction: number } | null
  /** Time of the run stands still, as while the computer sleeps, until it is let go. */
  hold(on: boolean): void
  /**
   * Restarts the run after a failure inside: broker, devices and capture are new, the scenario is as it was, and
   * every page gets to know what was lost. Never rejects.
   */
  recover(why: string): Promise<void>
  /** Agrees to connect to a host that is not this computer, until the program ends. */
  allowHost(host: string): void
  /** Disconnects everything, closes all listeners and timers, within a second. */
  close(): Promise<void>
}
