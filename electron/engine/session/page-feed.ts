import type { HostInfo, TopicView } from '../../contract/api'
import { ApiError } from '../../contract/errors'
import type { LogLine, PacketBatch, TopicPage } from '../../contract/model'
import type { PageLink } from '../../contract/rpc'
import type { PacketWatch } from '../observe/capture/watch'
import type { SessionEngine } from './session-engine'
import type { LongWork } from './long-work'
import { toldScenario } from './told-scenario'
import { LoadFeed } from '../load/history/feed'
import { groupStats } from '../lab/status'
import type { Sharing } from '../types'

/** How often a page gets news, and how much at a time. */
interface FeedLimits {
  tickMs: number
  /** Status every this many ticks, and what changes slowly. */
  statusEvery: number
  groupsEvery: number
  /** Packets a frame; a busier network is shown in part, and the batch says so. */
  packets: number
  /** A page that has not taken this many bytes yet gets nothing new until it has. */
  maxUnreadBytes: number
}
const HOST_LIMITS: FeedLimits = {
  tickMs: 50,
  statusEvery: 5,
  groupsEvery: 10,
  packets: 200,
  maxUnreadBytes: 1_048_576,
}
/** A class is many, and shares one wireless network: less at a time, and no long queue to one who is slow. */
const VIEWER_LIMITS: FeedLimits = {
  tickMs: 100,
  statusEvery: 2,
  groupsEvery: 5,
  packets: 80,
  maxUnreadBytes: 131_072,
}

const MAX_LOG_LINES = 100

/** Pushes to one page what it watches, in batches, and waits for a page that is slow. */
export class SessionFeed {
  private timer: NodeJS.Timeout | undefined
  private ticks = 0
  private watch: PacketWatch | null = null
  private filter = ''
  /** Changes of what is watched that were asked for. */
  private wishes = 0
  private view: TopicView | null = null
  /** A page of topics is being made. */
  private flattening = false
  private devicesRevision = -1
  private ratesAtMs = -1
  /** The page has not been told yet that the packets are those of another run. */
  private restarted = false
  private scenarioPending = false
  private experimentRevision = 0
  private sharingRevision = 0
  private voteRevision = 0
  private viewRevision = 0
  private sandboxesRevision = 0
  /** How many sandboxes the page knows to be allowed. */
  private sandboxesTold = -1
  /** What the page knows of the vote. */
  private voteTold: string | number = ''
  private logs: LogLine[] = []
  private readonly loads: LoadFeed
  private readonly limits: FeedLimits

  constructor(
    private readonly engine: SessionEngine,
    private readonly page: PageLink,
    private readonly host: HostInfo,
    private readonly long: LongWork,
    private readonly sharing?: Sharing,
  ) {
    this.limits = host.viewer === undefined ? HOST_LIMITS : VIEWER_LIMITS
    this.loads = new LoadFeed(engine.loads, page.events)
  }

  start(): void {
    this.timer ??= setInterval(() => this.tick(), this.limits.tickMs)
  }

  close(): void {
    clearInterval(this.timer)
    this.timer = undefined
    this.unwatchPackets()
  }

  /** The latest packets that match; what comes after them is pushed. Of two questions the later counts. */
  async watchPackets(filter: string, tail: number): Promise<PacketBatch> {
    const wish = ++this.wishes
    for (;;) {
      const { capture } = this.engine.observed
      let watch: PacketWatch | null = null
      const batch = await this.long.run(() => {
        watch = capture.watch(filter)
        return capture.querySteps({ filter, limit: tail })
      })
      if (wish !== this.wishes) return batch
      // Another run began while this one was read: its packets are asked for instead.
      if (capture !== this.engine.observed.capture) continue
      this.watch?.close()
      this.watch = watch
      this.filter = filter
      this.restarted = false
      return batch
    }
  }

  unwatchPackets(): void {
    this.wishes++
    this.watch?.close()
    this.watch = null
  }

  watchTopics(view: TopicView): Promise<TopicPage> {
    this.view = view
    return this.long.run(() => this.engine.observed.topics.pageSteps(view))
  }

  unwatchTopics(): void {
    this.view = null
  }

  /** Another run began: the page keeps watching the same things in it. */
  labReplaced(): void {
    this.watch = this.watch ? this.engine.observed.capture.watch(this.filter) : null
    this.restarted = this.watch !== null
    this.ratesAtMs = -1
    this.devicesRevision = -1
    this.scenarioPending = true
  }

  scenarioChanged(): void {
    this.scenarioPending = true
  }

  logged(line: LogLine): void {
    this.logs.push(line)
    if (this.logs.length > MAX_LOG_LINES) this.logs.shift()
  }

  private tick(): void {
    if (this.page.bufferedBytes() > this.limits.maxUnreadBytes) return
    this.ticks++
    this.pushChanges()
    if (this.ticks % this.limits.statusEvery === 0) {
      this.page.events.status(this.engine.status())
      this.pushExperiment()
      this.loads.push()
      this.pushSharing()
    }
    if (this.ticks % this.limits.groupsEvery === 0) this.pushSlow()
  }

  private pushChanges(): void {
    const { events } = this.page
    if (this.scenarioPending) {
      this.scenarioPending = false
      const { scenario, revision } = this.engine
      events.scenario({ scenario: toldScenario(scenario, this.host), revision })
    }
    for (const line of this.logs.splice(0)) events.log(line)
    this.pushVote()
    this.pushShown()
    this.pushSandboxes()
    const batch = this.watch?.take(this.limits.packets)
    if (!batch) return
    if (this.restarted) events.packets({ ...batch, restarted: true })
    else if (!isEmpty(batch)) events.packets(batch)
    this.restarted = false
  }

  /** Pupils need not know of each vote that another one casts. */
  private pushVote(): void {
    const { vote } = this.engine.classroom
    if (vote.revision === this.voteRevision) return
    this.voteRevision = vote.revision
    const { viewer } = this.host
    const state = vote.state(viewer)
    const told = viewer === undefined ? vote.revision : `${state?.round ?? 0} ${state?.open ?? false}`
    if (told === this.voteTold) return
    this.voteTold = told
    this.page.events.vote(state)
  }

  /** Pupils learn what the teacher shows; changes between two frames are one. */
  private pushShown(): void {
    const { shown, revision } = this.engine.classroom.view
    if (this.host.viewer === undefined || revision === this.viewRevision) return
    this.viewRevision = revision
    if (shown) this.page.events.shown(shown)
  }

  /** Pupils need not know who else tries a lesson, but whether they may. */
  private pushSandboxes(): void {
    const { sandboxes } = this.engine.classroom
    if (sandboxes.revision === this.sandboxesRevision) return
    this.sandboxesRevision = sandboxes.revision
    const state = sandboxes.state()
    if (this.host.viewer !== undefined && state.most === this.sandboxesTold) return
    this.sandboxesTold = state.most
    this.page.events.sandboxes(state)
  }

  private async pushTopics(view: TopicView): Promise<void> {
    this.flattening = true
    try {
      const page = await this.long.push(() => this.engine.observed.topics.pageSteps(view))
      if (this.view === view) this.page.events.topics(page)
    } catch (thrown) {
      // The page has gone.
      if (!(thrown instanceof ApiError)) throw thrown
    } finally {
      this.flattening = false
    }
  }

  private pushExperiment(): void {
    const { experiments } = this.engine
    if (!experiments.running && experiments.revision === this.experimentRevision) return
    this.experimentRevision = experiments.revision
    const state = experiments.state()
    if (state) this.page.events.experiment(state)
  }

  private pushSharing(): void {
    if (!this.sharing || this.sharing.revision === this.sharingRevision) return
    this.sharingRevision = this.sharing.revision
    this.page.events.sharing(this.sharing.state())
  }

  private pushSlow(): void {
    const { events } = this.page
    const { lab } = this.engine
    events.groups(groupStats(lab))
    if (this.view && !this.flattening) void this.pushTopics(this.view)
    if (lab.devicesRevision !== this.devicesRevision) {
      this.devicesRevision = lab.devicesRevision
      events.devices({ revision: lab.devicesRevision })
    }
    for (const point of this.engine.observed.rates.points()) {
      if (point.atMs <= this.ratesAtMs) continue
      this.ratesAtMs = point.atMs
      events.rates(point)
    }
  }
}

const isEmpty = (b: PacketBatch): boolean =>
  b.packets.length === 0 && b.exchanges.length === 0 && b.journeys.length === 0 && b.marks.length === 0
