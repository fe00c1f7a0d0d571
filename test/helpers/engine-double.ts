import type { Recording } from '../../electron/engine/import/recording'
import type { EngineApi, HostInfo } from '../../electron/contract/api'
import { ApiError } from '../../electron/contract/errors'
import type { EngineStatus } from '../../electron/contract/model'
import type { RunReport } from '../../electron/contract/report'
import { COMMANDS } from '../../electron/contract/commands'
import { type PageLink } from '../../electron/contract/rpc'
import { scenarioSchema, type Scenario } from '../../electron/contract/scenario'
import type { Engine, EngineDeps, RunLimits } from '../../electron/engine/types'

export interface RecordedCall {
  command: string
  argument: unknown
}

/** An EngineApi that answers from a table and remembers what it was asked. */
export function createApiDouble(answers: Partial<{ [K in keyof EngineApi]: EngineApi[K] }> = {}): {
  api: EngineApi
  calls: RecordedCall[]
} {
  const calls: RecordedCall[] = []
  const answer = (command: keyof EngineApi) => async (argument: unknown) => {
    calls.push({ command, argument })
    const known = answers[command] as ((a: unknown) => Promise<unknown>) | undefined
    return known ? known(argument) : undefined
  }
  return {
    api: Object.fromEntries(COMMANDS.map((c) => [c, answer(c)])) as unknown as EngineApi,
    calls,
  }
}

export function statusDouble(overrides: Partial<EngineStatus> = {}): EngineStatus {
  return {
    run: 'running',
    nowMs: 1000,
    epochMs: 1_700_000_000_000,
    speed: 1,
    lagMs: 0,
    phase: null,
    held: 0,
    broker: {
      kind: 'embedded',
      state: 'up',
      listeners: [{ kind: 'tcp', url: 'mqtt://127.0.0.1:1883' }],
      url: null,
      note: null,
    },
    devices: { total: 2, connected: 2 },
    externalClients: 0,
    messagesPerSecond: 3,
    packetsPerSecond: 6,
    lostPackets: 1,
    captured: { seen: 0, kept: 0 },
    recording: null,
    loopDelayP99Ms: 1,
    scenario: { name: 'double', seed: 1, revision: 1, file: null },
    ...overrides,
  }
}

export const reportDouble = (overrides: Partial<RunReport> = {}): RunReport => ({
  scenario: 'double',
  seed: 7,
  durationMs: 15_000,
  complete: true,
  groups: [
    {
      name: 'qos1',
      qos: 1,
      offered: 300,
      expected: 300,
      delivered: 300,
      lost: 0,
      duplicated: 69,
      outOfOrder: 0,
      latencyMs: { p50: 20.5, p95: 21, p99: 1020, max: null },
      wireBytesPerMessage: { sent: 512.25, received: 88 },
    },
  ],
  packets: {
    PUBLISH: { sent: 700, lost: 140 },
    PUBACK: { sent: 400, lost: 80 },
    PUBREC: { sent: 0, lost: 0 },
    PUBREL: { sent: 0, lost: 0 },
    PUBCOMP: { sent: 0, lost: 0 },
  },
  ...overrides,
})

export interface EngineDouble extends Engine {
  /** Recorded captures shown. */
  recordings: (Recording | null)[]
  /** Hosts allowed. */
  allowed: string[]
  readonly opened: { scenario: Scenario; file: string | null; limits: RunLimits | undefined }[]
  readonly pages: PageLink[]
  /** What each page was told of its host, live. */
  readonly hosts: HostInfo[]
  readonly calls: RecordedCall[]
  readonly deps: EngineDeps | null
  closed: number
}

/** What the double does instead of running a fleet. */
export interface EngineBehaviour {
  openFails?: ApiError
  /** Runs until the signal aborts, as a scenario without an end does. */
  endless?: boolean
  report?: RunReport
}

/** An Engine without broker and fleet, for tests of the hosts. */
export function createEngineDouble(
  behaviour: EngineBehaviour = {},
  deps: EngineDeps | null = null,
): EngineDouble {
  const opened: EngineDouble['opened'] = []
  const allowed: string[] = []
  const recordings: (Recording | null)[] = []
  const pages: PageLink[] = []
  const hosts: HostInfo[] = []
  const scenario = scenarioSchema.parse({ version: 1, name: 'double' })
  const { api, calls } = createApiDouble({
    hello: async () => ({
      version: '0.0.0',
      status: statusDouble(),
      scenario,
      host: { kind: 'web', readOnly: false },
    }),
    getPacket: async () => {
      throw new ApiError('not-found', 'packet 9 left the ring', [
        { path: 'seq', found: '9', expected: '10 or more' },
      ])
    },
  })
  const double: EngineDouble = {
    opened,
    pages,
    hosts,
    calls,
    deps,
    closed: 0,
    open: async (s, file, limits) => {
      if (behaviour.openFails) throw behaviour.openFails
      opened.push({ scenario: s, file, limits })
    },
    status: () => statusDouble(),
    messages: () => [],
    latencies: () => [],
    savedIn: () => undefined,
    allowHost: (host) => void allowed.push(host),
    allowed,
    work: () => null,
    hold: () => undefined,
    recover: async () => undefined,
    showRecording: (recording) => void recordings.push(recording),
    recordings,
    finished: (signal) =>
      new Promise((resolve) => {
        const report = behaviour.report ?? reportDouble()
        const cutShort = (): void => resolve({ ...report, complete: false })
        if (!behaviour.endless) resolve(report)
        else if (signal?.aborted) cutShort()
        else signal?.addEventListener('abort', cutShort)
      }),
    session: (page, host) => {
      pages.push(page)
      hosts.push(host)
      return api
    },
    pcapng: () => Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a),
    close: async () => {
      double.closed++
    },
  }
  return double
}
