import { basename } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { HostInfo, LabApi, LinkTarget } from '../contract/api'
import { COMMANDS, commands, type Command } from '../contract/commands'
import { ApiError } from '../contract/errors'
import type { LinkInput } from '../contract/link-config'
import type { LossyListenerInput } from '../contract/lossy-listener'
import type { EngineStatus, LedgerRow, LogLine, Note } from '../contract/model'
import type { RunReport } from '../contract/report'
import type { PageLink } from '../contract/rpc'
import type { GroupConfig, GroupInput, RunInput, Scenario } from '../contract/scenario'
import type { Observed, SessionEngine } from './session/session-engine'
import type { Recording } from './import/recording'
import { Slicer } from './base/slices'
import { ExperimentRunner } from './experiment/runner'
import { Lab } from './lab/lab'
import { LessonService } from './lessons/lesson-service'
import { Sandboxes } from './lessons/sandboxes'
import { TimeShare } from './lessons/time-share'
import { createLoadService } from './load/history/create'
import type { LoadService } from './load/history/load-service'
import { LabSlot } from './lab/lab-slot'
import { mergeLink, mergeRealLink } from './lab/link-edit'
import { AllowedHosts } from './base/allowed-hosts'
import { LoopDelayMeter } from './observe/meters'
import { note } from './base/notes'
import {
  groupOf,
  isSameRun,
  withGroup,
  withGroupChanged,
  withLink,
  withListener,
  withListenerLink,
  withRun,
  withoutGroup,
  withoutListener,
} from './lab/scenario-edit'
import { Shelf } from './replay/shelf'
import { ClassView } from './session/class-view'
import { ClassVote } from './session/class-vote'
import { PageSession } from './session/page-session'
import { lossOf, statusOf } from './lab/status'
import type { Engine, EngineDeps, RunLimits, Sharing } from './types'

/** Creates an engine; nothing runs until `open`. */
export const createEngine = (deps: EngineDeps): Engine => new LabEngine(deps)

/** Longest that work for a page goes on at a stretch. */
const SLICE_MS = 8
const pace = {
  now: () => performance.now(),
  pause: (ms: number): Promise<void> =>
    new Promise((done) => (ms < 1 ? setImmediate(done) : setTimeout(done, ms))),
  sliceMs: SLICE_MS,
}
const slicer = (rest: number): Slicer => new Slicer({ ...pace, rest })

/** A lesson of a pupil's own runs for some tens of ms. */
const SANDBOX_MS = 5000

/** Changes of what is shown. */
const FILE_COMMANDS: ReadonlySet<Command> = new Set(['openScenario', 'openCapture', 'closeCapture'])

class LabEngine implements Engine, SessionEngine {
  revision = 0
  /** The scenario that this revision is of. */
  private running: Scenario | null = null
  private file: string | null = null
  private limits: RunLimits = {}
  private held = false
  recording: Recording | null = null
  /** The run was paused for a recorded capture. */
  private pausedForRecording = false
  private recordings = 0
  /** Recordings of each scenario that runs, or did and may again. */
  private readonly shelves = new WeakMap<Scenario, Shelf>()
  private readonly hosts = new AllowedHosts()
  private readonly loopDelay = new LoopDelayMeter()
  readonly lessons = new LessonService()
  readonly classroom = {
    vote: new ClassVote(),
    view: new ClassView(),
    sandboxes: new Sandboxes(new TimeShare({ ...pace, rest: 1, mostMs: SANDBOX_MS })),
  }
  private readonly sessions = new Set<PageSession>()
  readonly experiments: ExperimentRunner
  /** Viewers together take half of the time at most. */
  readonly slicers = { host: slicer(0), viewers: slicer(1) }
  readonly loads: LoadService
  private readonly slot = new LabSlot<Lab>({
    create: (scenario) => this.createLab(scenario),
    replaced: (lab) => this.replaced(lab),
    lossOf,
    fault: (about) => this.say({ atMs: this.nowMs, level: 'error', note: about }),
  })

  constructor(private readonly deps: EngineDeps) {
    this.loopDelay.start()
    this.experiments = new ExperimentRunner(
      () => performance.now(),
      (why) => this.fault(note('experiment-failed', 'The experiment failed: {why}', { why })),
    )
    this.loads = createLoadService(deps, this.hosts, (about) => this.fault(about))
  }

  private fault(about: Note): void {
    this.deps.log({ atMs: this.nowMs, level: 'error', note: about })
  }

  /** Tells the host and every page. */
  private say(line: LogLine): void {
    this.deps.log(line)
    for (const s of this.sessions) s.logged(line)
  }

  private get nowMs(): number {
    return this.slot.current?.clock.now() ?? 0
  }

  get version(): string {
    return this.deps.version
  }

  get lab(): Lab {
    const { current } = this.slot
    if (!current) throw new ApiError('unavailable', 'no scenario is open')
    return current
  }

  get observed(): Observed {
    return this.recording ?? this.lab.observation
  }

  showRecording(recording: Recording | null): void {
    const { lab } = this
    if (recording && lab.state === 'running') {
      lab.pause()
      this.pausedForRecording = true
    }
    if (!recording && this.pausedForRecording && lab.state === 'paused') lab.run()
    if (!recording) this.pausedForRecording = false
    else this.recordings++
    this.recording = recording
    for (const s of this.sessions) s.labReplaced()
  }

  get scenario(): Scenario {
    return this.lab.scenario
  }

  open(
    scenario: Scenario,
    file: string | null,
    limits: RunLimits = {},
    folder: string | null = null,
  ): Promise<void> {
    return this.change(() => this.openScenario(scenario, file, limits, folder))
  }

  savedIn(folder: string): void {
    this.shelf.folder = folder
  }

  /** Everything that changes the run takes its turn: changes of two pages, or two clicks, never overlap. */
  change<T>(run: () => T | Promise<T>): Promise<T> {
    return this.slot.change(run)
  }

  /** What a page opens runs without the limits of what was opened before it. */
  async openScenario(
    scenario: Scenario,
    file: string | null,
    limits: RunLimits = {},
    folder: string | null = null,
  ): Promise<void> {
    if (scenario.broker.kind === 'external') this.hosts.check(scenario.broker)
    const shelf = new Shelf(folder)
    const left = await shelf.read(scenario)
    this.shelves.set(scenario, shelf)
    this.limits = limits
    await this.slot.replace(scenario)
    this.file = file === null ? null : basename(file)
    for (const about of left) this.lab.log('warn', about)
  }

  /** Recordings of the scenario that is open. */
  private get shelf(): Shelf {
    return this.shelves.get(this.scenario) ?? new Shelf(null)
  }

  private createLab(scenario: Scenario): Lab {
    const recordings = this.shelves.get(scenario) ?? new Shelf(null)
    const lab = new Lab(scenario, this.limits, { ...this.deps, log: (line) => this.say(line) }, recordings)
    if (this.held) lab.clock.freeze('host')
    return lab
  }

  /** The scenario's revision is another only when the scenario is: a restart changes nothing that could be saved. */
  private replaced(lab: Lab): void {
    this.recording = null
    this.pausedForRecording = false
    if (lab.scenario !== this.running) this.revision++
    this.running = lab.scenario
    this.deps.onScenario?.(lab.scenario)
    for (const s of this.sessions) s.labReplaced()
  }

  status(): EngineStatus {
    const status = statusOf(this.lab, {
      file: this.file,
      revision: this.revision,
      loopDelay: this.loopDelay,
    })
    return this.recording === null ? status : { ...status, ...this.recording.status(this.recordings) }
  }

  messages(): LedgerRow[] {
    return this.lab.ledger.rows()
  }

  latencies(): ReturnType<Engine['latencies']> {
    return this.lab.ledger.latencies()
  }

  async finished(signal?: AbortSignal): Promise<RunReport> {
    const { lab } = this
    const aborted = new Promise<void>((done) => {
      if (signal?.aborted) done()
      signal?.addEventListener('abort', () => done(), { once: true })
    })
    await Promise.race([lab.ended(), aborted])
    return lab.report()
  }

  async control(action: 'run' | 'pause' | 'stop' | 'restart'): Promise<void> {
    const { lab } = this
    if (action === 'pause') lab.pause()
    else if (action === 'stop') await lab.close()
    else if (action === 'restart' || lab.state === 'stopped' || lab.state === 'finished') {
      await this.openAgain(lab.scenario)
    } else lab.run()
  }

  private openAgain(scenario: Scenario): Promise<void> {
    return this.openScenario(scenario, this.file, {}, this.shelf.folder)
  }

  async setRun(run: RunInput): Promise<void> {
    const next = withRun(this.scenario, run)
    if (isSameRun(this.scenario, next)) this.changed(next)
    else await this.openAgain(next)
  }

  async addGroup(input: GroupInput): Promise<GroupConfig> {
    const next = withGroup(this.scenario, input)
    const group = groupOf(next, input.name)
    await this.readRecordings(next)
    this.changed(next)
    this.lab.fleet.add(group)
    this.lab.groupChanged(group)
    return group
  }

  async updateGroup(name: string, patch: Partial<GroupInput>): Promise<GroupConfig> {
    const next = withGroupChanged(this.scenario, name, patch)
    const group = groupOf(next, patch.name ?? name)
    await this.readRecordings(next)
    this.changed(next)
    this.lab.fleet.update(name, group)
    if (group.name !== name) this.lab.ledger.remove(name)
    this.lab.groupChanged(group)
    return group
  }

  private async readRecordings(next: Scenario): Promise<void> {
    for (const about of await this.shelf.read(next)) this.lab.log('warn', about)
  }

  removeGroup(name: string): void {
    this.changed(withoutGroup(this.scenario, name))
    this.lab.fleet.remove(name)
    this.lab.ledger.remove(name)
  }

  setLink(target: LinkTarget, patch: LinkInput): void {
    const { fleet } = this.lab
    const toSave = Object.keys(patch).some((k) => k !== 'gate')
    if (target !== 'all' && 'clientId' in target) {
      const link = this.lab.linkOf(target.clientId)
      if (!link) throw new ApiError('not-found', `${target.clientId} has no simulated link`)
      const merge = this.lab.guests.link(target.clientId) ? mergeRealLink : mergeLink
      link.setConfig(merge(link.config, patch))
      return
    }
    if (target !== 'all' && 'listener' in target) {
      this.changed(withListenerLink(this.scenario, target.listener, patch), toSave)
      this.lab.takeListenerLinks()
      return
    }
    const next = withLink(this.scenario, target, patch)
    this.changed(next, toSave)
    if (target === 'all') {
      fleet.setDefaultLink(next.link)
      this.lab.desk.setLink(next.link)
      this.lab.takeListenerLinks()
    }
    for (const g of next.groups) {
      if (g.link && (target === 'all' || target.group === g.name)) fleet.setGroupLink(g.name, g, g.link)
    }
  }

  /** @throws ApiError `conflict` when the port cannot be had, `bad-request` for one that does not fit the scenario */
  async addListener(listener: LossyListenerInput): Promise<void> {
    const next = withListener(this.scenario, listener)
    await this.lab.openListener(next.broker.listeners?.at(-1))
    this.changed(next)
  }

  async removeListener(index: number): Promise<void> {
    const next = withoutListener(this.scenario, index)
    await this.lab.closeListener(index)
    this.changed(next)
  }

  /** `toSave`: it is another one for the user. Whether packets are held right now is none of their edits. */
  private changed(scenario: Scenario, toSave = true): void {
    this.shelves.set(scenario, this.shelf)
    this.lab.scenario = this.running = scenario
    if (toSave) this.revision++
    this.deps.onScenario?.(scenario, toSave)
    for (const s of this.sessions) s.scenarioChanged()
  }

  session(page: PageLink, host: HostInfo, sharing?: Sharing): LabApi {
    const session = new PageSession(this, page, host, sharing)
    this.sessions.add(session)
    page.onClose(() => {
      this.sessions.delete(session)
      session.close()
    })
    return this.ordered(session)
  }

  /** @throws ApiError `conflict` for a change of the run while a recorded capture is shown in its place */
  private checkChange(command: Command): void {
    if (this.recording !== null && !FILE_COMMANDS.has(command))
      throw new ApiError('conflict', `the recorded capture ${this.recording.name} is open; close it first`)
  }

  /** The session's commands; those that change the run take their turn. */
  private ordered(session: PageSession): LabApi {
    const run = (command: keyof LabApi, a: unknown): unknown =>
      (session[command] as (a: unknown) => unknown).call(session, a)
    const served = COMMANDS.filter((c): c is keyof LabApi => c in session).map((c) => [
      c,
      (a: unknown) => (commands[c].change ? this.change(() => (this.checkChange(c), run(c, a))) : run(c, a)),
    ])
    return Object.fromEntries(served) as LabApi
  }

  work(): { kind: 'experiment' | 'load'; fraction: number } | null {
    const load = this.loads.event(0).now
    if (load && load.state !== 'failed') {
      const { elapsedMs = 0, plannedMs = null } = load.progress ?? {}
      return { kind: 'load', fraction: plannedMs ? Math.min(1, elapsedMs / plannedMs) : 0 }
    }
    if (!this.experiments.running) return null
    return { kind: 'experiment', fraction: this.experiments.state()?.fraction ?? 0 }
  }

  allowHost(host: string): void {
    this.hosts.allow(host)
  }

  hold(on: boolean): void {
    this.held = on
    for (const { clock } of this.slot.all()) {
      if (on) clock.freeze('host')
      else clock.thaw('host')
    }
  }

  recover(why: string): Promise<void> {
    return this.slot.recover(why)
  }

  pcapng(filter: string): Uint8Array {
    return this.lab.observation.capture.pcapng(filter).bytes
  }

  async close(): Promise<void> {
    for (const s of this.sessions) s.close()
    this.sessions.clear()
    this.loopDelay.stop()
    await Promise.all([this.experiments.cancel(), this.loads.close()])
    await this.lessons.close()
    await this.slot.close()
  }
}
