import type { EngineApi, HostInfo, LinkTarget } from '../../electron/contract/api'
import type { Channel } from '../../electron/contract/channel'
import { ApiError } from '../../electron/contract/errors'
import { linkSchema, type LinkConfig, type LinkInput } from '../../electron/contract/link-config'
import type {
  DeviceDetail,
  EngineStatus,
  GroupStats,
  PacketRow,
  RatePoint,
} from '../../electron/contract/model'
import { parsePacketFilter } from '../../electron/contract/packet-filter'
import { servePage, type PageLink } from '../../electron/contract/rpc'
import { parseScenario, scenarioText } from '../../electron/contract/scenario-file'
import {
  groupSchema,
  scenarioSchema,
  type Scenario,
  type ScenarioInput,
} from '../../electron/contract/scenario'
import { FakeLoads } from './fake-loads'
import { mergeDeep } from './merge-deep'
import { clientId, devicesOf, lehmer, ratePoint, topicPage, trafficOf } from './fake-traffic'

const TOPICS = [
  'home/kitchen/temperature',
  'home/kitchen/air',
  'home/hall/temperature',
  'home/attic/east/temperature',
  'door/1/state',
  '$SYS/uptime',
]

interface PageState {
  link: PageLink
  filter: string | null
  matched: number
}

/**
 * An engine that only pretends: it keeps a scenario, answers every command of the contract and makes up traffic when
 * `tick` is called. For tests of the page, and to draw it without a broker.
 */
export class FakeEngine {
  scenario: Scenario
  revision = 1
  nowMs = 0
  run: EngineStatus['run'] = 'running'
  held = 0
  host: HostInfo = { kind: 'web', readOnly: false }
  /** Every command that came, in order. */
  readonly calls: { command: string; argument: unknown }[] = []
  /** The next command of this name is refused with this. */
  readonly refuse = new Map<string, ApiError>()
  private readonly pages = new Set<PageState>()
  private readonly ring: PacketRow[] = []
  private readonly rates: RatePoint[] = []
  private sinceRate: PacketRow[] = []
  private seq = 1
  private lost = 0
  private readonly chance: () => number
  readonly loads = new FakeLoads((e) => this.pages.forEach((p) => p.link.events.load(e)))

  constructor(input: ScenarioInput, seed = 7) {
    this.scenario = scenarioSchema.parse(input)
    this.chance = lehmer(seed)
  }

  /** Serves a page over a channel, as a host would. */
  serve(channel: Channel): void {
    servePage(channel, (page) => this.open(page), {
      onInternalError: (command, thrown) => {
        throw new Error(`fake engine failed on ${command}`, { cause: thrown })
      },
    })
  }

  /** Moves time on and tells all pages what happened. */
  tick(ms: number): void {
    if (this.run === 'running') {
      this.nowMs += ms
      const rows = trafficOf(this.scenario, this.nowMs, ms, this.seq, this.chance)
      this.seq += rows.length
      this.lost += rows.filter((r) => r.fate === 'lost').length
      this.ring.push(...rows)
      this.ring.splice(0, this.ring.length - 5000)
      this.sinceRate.push(...rows)
      for (const page of this.pages) this.sendPackets(page, rows)
      if (Math.floor(this.nowMs / 1000) > Math.floor((this.nowMs - ms) / 1000)) this.second()
    }
    for (const { link } of this.pages) {
      link.events.status(this.status())
      link.events.groups(this.groups())
    }
  }

  status(): EngineStatus {
    const devices = devicesOf(this.scenario)
    return {
      run: this.run,
      nowMs: this.nowMs,
      epochMs: 1_700_000_000_000,
      speed: 1,
      lagMs: 0,
      held: this.held,
      broker: {
        kind: 'embedded',
        state: 'up',
        listeners: [{ kind: 'tcp', url: 'mqtt://127.0.0.1:1883' }],
        url: null,
        note: null,
      },
      devices: { total: devices.length, connected: devices.length },
      externalClients: 0,
      messagesPerSecond: devices.reduce((a, d) => a + d.messagesPerSecond, 0),
      packetsPerSecond: 80,
      lostPackets: this.lost,
      captured: { seen: this.seq - 1, kept: this.ring.length },
      loopDelayP99Ms: 3.1,
      scenario: { name: this.scenario.name, seed: this.scenario.seed, revision: this.revision, file: null },
    }
  }

  private groups(): GroupStats[] {
    return this.scenario.groups.map((g) => {
      const rate = g.publishes.reduce((a, p) => a + p.rate, 0) * g.count
      const qos = devicesOf({ ...this.scenario, groups: [g] })[0]?.qos ?? 0
      const offered = Math.round((rate * this.nowMs) / 1000)
      const lost = qos === 0 ? Math.round(offered * 0.2) : 0
      const latencyMs = { p50: 40, p95: 1240, p99: 2400, max: 3000 }
      return {
        name: g.name,
        connected: g.count,
        messagesPerSecond: rate,
        ledger: {
          group: g.name,
          qos,
          offered,
          expected: offered,
          delivered: offered - lost,
          lost,
          inFlight: 0,
          duplicated: qos === 1 ? Math.round(offered * 0.25) : 0,
          outOfOrder: 0,
          latencyMs,
        },
      }
    })
  }

  private second(): void {
    const point = ratePoint(this.sinceRate, this.nowMs, this.scenario)
    this.sinceRate = []
    this.rates.push(point)
    for (const { link } of this.pages) link.events.rates(point)
  }

  private sendPackets(page: PageState, rows: PacketRow[]): void {
    if (page.filter === null) return
    const keep = parsePacketFilter(page.filter)
    const packets = rows.filter((r) => keep(r, {}))
    page.matched += packets.length
    if (packets.length === 0) return
    page.link.events.packets({
      packets,
      exchanges: [],
      journeys: [],
      marks: [],
      matched: page.matched,
      shown: page.matched,
    })
  }

  private changed(): void {
    this.revision += 1
    for (const { link } of this.pages) {
      link.events.scenario({ scenario: this.scenario, revision: this.revision })
      link.events.devices({ revision: this.revision })
    }
  }

  private groupAt(name: string): number {
    const at = this.scenario.groups.findIndex((g) => g.name === name)
    if (at < 0) throw new ApiError('not-found', `unknown group ${name}`)
    return at
  }

  private setLink(target: LinkTarget, patch: LinkInput): void {
    const merge = (l: LinkConfig): LinkConfig => linkSchema.parse(mergeDeep(l, patch))
    if (target === 'all') this.scenario = { ...this.scenario, link: merge(this.scenario.link) }
    this.scenario = {
      ...this.scenario,
      groups: this.scenario.groups.map((g) =>
        (target === 'all' && g.link) || (target !== 'all' && 'group' in target && target.group === g.name)
          ? { ...g, link: merge(g.link ?? this.scenario.link) }
          : g,
      ),
    }
    this.changed()
  }

  private detail(id: string): DeviceDetail {
    const row = devicesOf(this.scenario).find((d) => d.clientId === id)
    const group = this.scenario.groups.find((g) => g.name === row?.group)
    if (!row || !group) throw new ApiError('not-found', `unknown client ${id}`)
    return {
      ...row,
      protocol: group.protocol,
      clean: group.clean,
      sessionPresent: !group.clean,
      keepAliveMs: group.keepAlive,
      subscriptions: group.subscribes.map((s) => ({ filter: s.filter, qos: s.qos })),
      inFlightPackets:
        row.inFlight === 0
          ? []
          : [
              {
                packetId: 7,
                type: 'PUBLISH',
                direction: 'uplink',
                topic: group.publishes[0]?.topic ?? '',
                sinceMs: this.nowMs - 840,
                attempts: 2,
                retryAtMs: this.nowMs + 360,
              },
            ],
      link: group.link ?? this.scenario.link,
      recent: this.ring
        .filter((r) => r.clientId === id)
        .slice(-20)
        .reverse(),
    }
  }

  private open(link: PageLink): EngineApi {
    const page: PageState = { link, filter: null, matched: 0 }
    this.pages.add(page)
    link.onClose(() => this.pages.delete(page))
    const api = { ...this.runCommands(), ...this.fleetCommands(), ...this.packetCommands(page) }
    return Object.fromEntries(
      Object.entries(api).map(([name, run]) => [
        name,
        async (argument: never) => {
          this.calls.push({ command: name, argument })
          const refused = this.refuse.get(name)
          this.refuse.delete(name)
          if (refused) throw refused
          return (run as (a: never) => unknown)(argument)
        },
      ]),
    ) as unknown as EngineApi
  }

  private runCommands() {
    return {
      hello: () => ({ version: '0.0.0', status: this.status(), scenario: this.scenario, host: this.host }),
      control: ({ action }: { action: string }) => {
        this.run = action === 'pause' ? 'paused' : action === 'stop' ? 'stopped' : 'running'
        if (action === 'restart') this.nowMs = 0
        return this.status()
      },
      setSpeed: () => undefined,
      getScenario: () => ({ scenario: this.scenario, revision: this.revision }),
      openScenario: ({ text, name }: { text: string; name: string }) => {
        this.scenario = parseScenario(text, name)
        this.changed()
        return this.scenario
      },
      allowHost: () => undefined,
      scenarioText: ({ format }: { format: 'yaml' | 'json' }) => ({
        text: scenarioText(this.scenario, format),
      }),
    }
  }

  private fleetCommands(): Pick<
    EngineApi,
    'addGroup' | 'updateGroup' | 'removeGroup' | 'setLink' | 'setLoss' | 'listDevices' | 'getDevice'
  > {
    const put = (groups: Scenario['groups']): void => {
      this.scenario = { ...this.scenario, groups }
      this.changed()
    }
    return {
      addGroup: async ({ group }) => {
        const made = groupSchema.parse(group)
        put([...this.scenario.groups, made])
        return made
      },
      updateGroup: async ({ name, patch }) => {
        const at = this.groupAt(name)
        const made = groupSchema.parse({ ...this.scenario.groups[at], ...patch })
        put(this.scenario.groups.with(at, made))
        return made
      },
      removeGroup: async ({ name }) => put(this.scenario.groups.toSpliced(this.groupAt(name), 1)),
      setLink: async ({ target, patch }) => this.setLink(target, patch),
      setLoss: async ({ p }) => this.setLink('all', { uplink: { loss: p }, downlink: { loss: p } }),
      listDevices: async ({ group, search, offset, limit }) => {
        const all = devicesOf(this.scenario).filter(
          (d) => (group === undefined || d.group === group) && d.clientId.includes(search ?? ''),
        )
        return { rows: all.slice(offset, offset + limit), total: all.length }
      },
      getDevice: async (a) => this.detail(a.clientId),
    }
  }

  private packetCommands(page: PageState) {
    return {
      dropNext: () => undefined,
      cut: () => undefined,
      publish: () => undefined,
      watchPackets: ({ filter, tail }: { filter: string; tail: number }) => {
        page.filter = filter
        page.matched = 0
        const keep = parsePacketFilter(filter)
        const packets = this.ring.filter((r) => keep(r, {})).slice(tail === 0 ? this.ring.length : -tail)
        return { packets, exchanges: [], journeys: [], marks: [], matched: 0, shown: 0 }
      },
      unwatchPackets: () => void (page.filter = null),
      queryPackets: () => ({ packets: [], exchanges: [], journeys: [], marks: [], matched: 0, shown: 0 }),
      getRing: ({ parts }: { parts: number }) => ({
        firstSeq: 1,
        nextSeq: 1,
        fromMs: 0,
        toMs: 0,
        seqs: new Array<number>(parts).fill(1),
        packets: new Array<number>(parts).fill(0),
        lost: new Array<number>(parts).fill(0),
      }),
      getPacket: () => {
        throw new ApiError('not-found', 'no packet')
      },
      clearCapture: () => void this.ring.splice(0),
      exportPcapng: () => ({ bytes: new Uint8Array(0), packets: 0, done: true }),
      setGate: () => undefined,
      decide: () => undefined,
      deliverAll: () => undefined,
      watchTopics: (view: Parameters<EngineApi['watchTopics']>[0]) => topicPage(TOPICS, view),
      unwatchTopics: () => undefined,
      getTopic: ({ topic }: { topic: string }) => ({
        topic,
        messages: 8,
        retained: true,
        history: Array.from({ length: 8 }, (_, i) => ({
          atMs: this.nowMs - i * 1000,
          clientId: clientId(this.scenario.groups[0] ?? { id: 'x', name: 'x' }, 1),
          qos: 1 as const,
          retain: false,
          bytes: 16,
          payload: new TextEncoder().encode(`{"c":${(21.4 - i / 10).toFixed(1)},"n":${9 - i}}`),
          truncated: false,
        })),
      }),
      clearRetained: () => undefined,
      getRates: () => this.rates,
      startExperiment: () => {
        throw new ApiError('unavailable', 'no experiments here')
      },
      cancelExperiment: () => undefined,
      getExperiment: () => null,
      ...this.loads.commands(),
      listLessons: () => ({ lessons: [] }),
    }
  }
}
