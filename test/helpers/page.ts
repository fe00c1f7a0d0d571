import {
  CONTRACT_VERSION,
  type EngineApi,
  type EngineEvents,
  type HostInfo,
} from '../../electron/contract/api'
import { createMemoryChannels } from '../../electron/contract/channel'
import type {
  EngineStatus,
  GroupStats,
  LogLine,
  PacketBatch,
  RatePoint,
  TopicPage,
} from '../../electron/contract/model'
import type { ExperimentState } from '../../electron/contract/experiment'
import type { LoadEvent } from '../../electron/contract/load'
import { checkRole } from '../../electron/contract/roles'
import { connectEngine, servePage } from '../../electron/contract/rpc'
import type { Scenario } from '../../electron/contract/scenario'
import type { ShareState } from '../../electron/contract/share'
import type { SandboxState } from '../../electron/contract/sandboxes'
import type { Shown } from '../../electron/contract/shown'
import type { Engine } from '../../electron/engine/types'

export interface Pushed {
  status: EngineStatus[]
  groups: GroupStats[][]
  scenario: { scenario: Scenario; revision: number }[]
  packets: PacketBatch[]
  topics: TopicPage[]
  rates: RatePoint[]
  devices: { revision: number }[]
  experiment: ExperimentState[]
  load: LoadEvent[]
  sharing: ShareState[]
  shown: Shown[]
  sandboxes: SandboxState[]
  host: HostInfo[]
  log: LogLine[]
}

/** A page's side of a session with an engine, over memory channels, that keeps everything it is pushed. */
export async function openPage(
  engine: Engine,
  readOnly = false,
  viewer?: string,
): Promise<{ api: EngineApi; pushed: Pushed; close(): void }> {
  const [pageEnd, engineEnd] = createMemoryChannels()
  const faults: unknown[] = []
  servePage(
    engineEnd,
    (page) => engine.session(page, { kind: 'web', readOnly, ...(viewer === undefined ? {} : { viewer }) }),
    {
      guard: (command) => checkRole(readOnly ? 'viewer' : 'host', command),
      onInternalError: (_command, thrown) => faults.push(thrown),
    },
  )
  const pushed: Pushed = {
    status: [],
    groups: [],
    scenario: [],
    packets: [],
    topics: [],
    rates: [],
    devices: [],
    experiment: [],
    load: [],
    sharing: [],
    shown: [],
    sandboxes: [],
    host: [],
    log: [],
  }
  const handlers = Object.fromEntries(
    Object.entries(pushed).map(([name, list]) => [name, (e: never) => void (list as never[]).push(e)]),
  ) as unknown as EngineEvents
  const api = connectEngine(pageEnd, handlers, (e) => faults.push(e))
  await api.hello({ contract: CONTRACT_VERSION })
  return {
    api,
    pushed,
    close: () => {
      pageEnd.close()
      if (faults.length > 0) throw faults[0]
    },
  }
}
