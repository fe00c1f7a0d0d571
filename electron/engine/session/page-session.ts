import {
  CONTRACT_VERSION,
  type HostInfo,
  type LabApi,
  type LinkTarget,
  type TopicView,
} from '../../contract/api'
import type { Loss } from '../../contract/comparison'
import type { DeskMessage, TestClientConfig } from '../../contract/desk'
import { ApiError } from '../../contract/errors'
import { experimentSchema, type ExperimentInput } from '../../contract/experiment'
import type { LinkInput } from '../../contract/link-config'
import type { LossyListenerInput } from '../../contract/lossy-listener'
import type { LoadFileFormat } from '../../contract/load'
import { loadSchema, type LoadInput } from '../../contract/load-config'
import type { LogLine } from '../../contract/model'
import type { Direction, PacketType } from '../../contract/packet'
import type { PageLink } from '../../contract/rpc'
import type { GroupInput, RunInput } from '../../contract/scenario'
import { parseScenario, scenarioText } from '../../contract/scenario-file'
import { deviceDetail, listDevices } from '../lab/device-rows'
import type { SessionEngine } from './session-engine'
import { CaptureUpload } from './capture-upload'
import { ClassCommands } from './class-commands'
import { command, found } from './command'
import { ExportFile, keptScenario } from './export-file'
import { LongWork } from './long-work'
import { checkNamedFiles } from './named-files'
import { SessionFeed } from './page-feed'
import { toldScenario } from './told-scenario'
import type { Sharing } from '../types'

/** One page's commands; what it watches is pushed by its feed. */
export class PageSession extends ClassCommands implements LabApi {
  private readonly feed: SessionFeed
  private readonly long: LongWork
  private readonly file: ExportFile
  private readonly upload: CaptureUpload

  constructor(
    private readonly engine: SessionEngine,
    page: PageLink,
    private readonly host: HostInfo,
    private readonly sharing?: Sharing,
  ) {
    super(engine.classroom, host.viewer, engine.lessons, page)
    const isViewer = host.viewer !== undefined
    this.long = new LongWork(isViewer ? engine.slicers.viewers : engine.slicers.host, page, isViewer)
    this.file = new ExportFile(this.long)
    this.upload = new CaptureUpload((recording) => engine.showRecording(recording))
    this.feed = new SessionFeed(engine, page, host, this.long, sharing)
  }

  private get told() {
    return toldScenario(this.engine.scenario, this.host)
  }

  hello(a: { contract: number }) {
    return command(() => {
      if (a.contract !== CONTRACT_VERSION) {
        throw new ApiError(
          'unavailable',
          `this page uses contract version ${a.contract}, the engine ${CONTRACT_VERSION}; reload the page`,
        )
      }
      this.feed.start()
      const host = this.sharing ? { ...this.host, canShare: true } : { ...this.host }
      return { version: this.engine.version, status: this.engine.status(), scenario: this.told, host }
    })
  }

  async control(a: { action: 'run' | 'pause' | 'stop' | 'restart' }) {
    await this.engine.control(a.action)
    return this.engine.status()
  }

  setSpeed(a: { speed: number }) {
    return command(() => this.engine.lab.clock.setSpeed(a.speed))
  }

  getScenario() {
    return command(() => ({ scenario: this.told, revision: this.engine.revision }))
  }

  async openScenario(a: { text: string; name: string }) {
    const scenario = parseScenario(a.text, a.name)
    await this.engine.openScenario(scenario, a.name)
    return scenario
  }

  async setRun(a: { run: RunInput }) {
    await this.engine.setRun(a.run)
  }

  allowHost(a: { host: string }) {
    return command(() => this.engine.allowHost(a.host))
  }

  scenarioText(a: { format: 'yaml' | 'json' }) {
    return command(() => ({ text: scenarioText(this.told, a.format) }))
  }

  addGroup(a: { group: GroupInput }) {
    return command(() => {
      if (this.host.viewer) checkNamedFiles(this.engine.scenario, a.group)
      return this.engine.addGroup(a.group)
    })
  }

  updateGroup(a: { name: string; patch: Partial<GroupInput> }) {
    return command(() => {
      if (this.host.viewer) checkNamedFiles(this.engine.scenario, a.patch)
      return this.engine.updateGroup(a.name, a.patch)
    })
  }

  removeGroup(a: { name: string }) {
    return command(() => this.engine.removeGroup(a.name))
  }

  setLink(a: { target: LinkTarget; patch: LinkInput }) {
    return command(() => this.engine.setLink(a.target, a.patch))
  }

  addListener(a: { listener: LossyListenerInput }) {
    return command(() => this.engine.addListener(a.listener))
  }

  removeListener(a: { index: number }) {
    return command(() => this.engine.removeListener(a.index))
  }

  setLoss(a: { p: number }) {
    return command(() =>
      this.engine.setLink('all', { loss: a.p, uplink: { loss: a.p }, downlink: { loss: a.p } }),
    )
  }

  listDevices(a: { group?: string; search?: string; offset: number; limit: number }) {
    return command(() => listDevices(this.engine.lab, a))
  }

  getDevice(a: { clientId: string }) {
    return command(() => deviceDetail(this.engine.lab, a.clientId))
  }

  dropNext(a: { clientId: string; direction: Direction; type: PacketType }) {
    return command(() => this.link(a.clientId).dropNext(a.direction, a.type))
  }

  cut(a: { clientId: string }) {
    return command(() => {
      const link = this.engine.lab.linkOf(a.clientId)
      if (link) link.cut()
      else if (!this.engine.lab.broker.embedded?.disconnect(a.clientId)) {
        throw new ApiError('not-found', `unknown client ${a.clientId}`)
      }
    })
  }

  publish(a: DeskMessage) {
    return command(() => this.engine.lab.desk.publish(a))
  }

  endRepeat() {
    return command(() => this.engine.lab.desk.endRepeat())
  }

  setTestClient(a: { config: TestClientConfig | null }) {
    return command(() => this.engine.lab.desk.setClient(a.config))
  }

  getDesk(a: { after: number }) {
    return command(() => this.engine.lab.desk.state(a.after))
  }

  watchPackets(a: { filter: string; tail: number }) {
    return command(() => this.feed.watchPackets(a.filter, a.tail))
  }

  unwatchPackets() {
    return command(() => this.feed.unwatchPackets())
  }

  queryPackets(a: { filter: string; before?: number; after?: number; limit: number }) {
    return command(() => this.long.run(() => this.engine.observed.capture.querySteps(a)))
  }

  getPacket(a: { seq: number }) {
    return command(() =>
      found(this.engine.observed.capture.detail(a.seq), `packet ${a.seq} is no longer in the capture`),
    )
  }

  getRing(a: { parts: number }) {
    return command(() => this.engine.observed.capture.summary(a.parts))
  }

  clearCapture() {
    return command(() => this.engine.observed.capture.clear())
  }

  exportPcapng({ filter, run = false, from }: { filter: string; run?: boolean; from?: number }) {
    return command(() => {
      if (from !== undefined) return this.file.go(from)
      const options = run ? { scenario: keptScenario(this.engine.recording, this.told) } : {}
      return this.file.begin(this.engine.observed.capture.export(filter, options))
    })
  }

  exportMessages({ filter, as, from }: { filter: string; as: 'csv' | 'jsonl'; from?: number }) {
    return command(() =>
      from === undefined
        ? this.file.begin(this.engine.observed.capture.messages(filter, as))
        : this.file.go(from),
    )
  }

  openCapture(a: { name: string; at: number; bytes: Uint8Array; done: boolean }) {
    return command(() => this.upload.take(a))
  }

  closeCapture() {
    return command(() => this.engine.showRecording(null))
  }

  getCaptureReport() {
    return command(() => found(this.engine.recording, 'no recorded capture is open').report())
  }

  setGate(a: { target: LinkTarget; on: boolean }) {
    return command(() => this.engine.setLink(a.target, { gate: a.on }))
  }

  decide(a: { seq: number; action: 'deliver' | 'drop' }) {
    return command(() => {
      const { observation, gate } = this.engine.lab
      const id = observation.capture.transitId(a.seq) ?? 0
      if (!(a.action === 'deliver' ? gate.deliver(id) : gate.drop(id))) {
        throw new ApiError('conflict', `packet ${a.seq} is no longer held`)
      }
    })
  }

  deliverAll() {
    return command(() => this.engine.lab.gate.deliverAll())
  }

  watchTopics(a: TopicView) {
    return command(() => this.feed.watchTopics(a))
  }

  unwatchTopics() {
    return command(() => this.feed.unwatchTopics())
  }

  getTopic(a: { topic: string }) {
    return command(() =>
      found(this.engine.observed.topics.detail(a.topic), `nothing has been published to ${a.topic}`),
    )
  }

  getMessages(a: { topic: string; payloadsAfter: number }) {
    return command(() => this.long.run(() => this.engine.observed.capture.messagesOf(a)))
  }

  clearRetained(a: { topic: string }) {
    return command(() => this.engine.lab.clearRetained(a.topic))
  }

  getKept(a: { clients: number }) {
    return command(() => {
      const broker = this.engine.lab.broker.embedded
      return broker ? this.long.run(() => broker.keptBySteps(a.clients)) : null
    })
  }

  getRates() {
    return command(() => this.engine.observed.rates.points())
  }

  startExperiment(a: { config: ExperimentInput }) {
    return command(() => this.engine.experiments.start(experimentSchema.parse(a.config)))
  }

  cancelExperiment() {
    return this.engine.experiments.cancel()
  }

  getExperiment() {
    return command(() => this.engine.experiments.state())
  }

  listLessons() {
    return command(() => ({ lessons: this.engine.lessons.lessons() }))
  }

  openLesson(a: { text: string; name: string }) {
    return command(() => this.engine.lessons.open(a.text, a.name))
  }

  async runLesson(a: { id: string; variant: string }) {
    return this.engine.lessons.run(a.id, a.variant)
  }

  async compareQos(a: { loss: Loss }) {
    return this.engine.lessons.compare(a.loss)
  }

  getLessonRun() {
    return command(() => this.engine.lessons.latest)
  }

  watchLesson(a: { id: string }) {
    return command(() => this.engine.lessons.watch(a.id, this.engine.lab))
  }

  startLoad(a: { config: LoadInput; password?: string | undefined }) {
    return this.engine.loads.start(loadSchema.parse(a.config), a.password)
  }

  stopLoad() {
    return this.engine.loads.stop()
  }

  listLoadRuns() {
    return this.engine.loads.runs()
  }

  getLoadRun(a: { runId: string }) {
    return this.engine.loads.run(a.runId)
  }

  getLoadFile(a: { runId: string; format: LoadFileFormat }) {
    return this.engine.loads.file(a.runId, a.format)
  }

  deleteLoadRun(a: { runId: string }) {
    return this.engine.loads.remove(a.runId)
  }

  getSharing() {
    return command(() => ({
      addresses: this.share().addresses(),
      state: this.share().state(),
      answered: this.engine.classroom.vote.answered,
    }))
  }

  async startSharing(a: { address: string; port?: number }) {
    return this.share().start(a)
  }

  async stopSharing() {
    return this.share().stop()
  }

  renewJoinCode() {
    return command(() => this.share().renewCode())
  }

  handOver(a: { viewer: string }) {
    return command(() => this.share().handOver(a.viewer))
  }

  takeBack() {
    return command(() => this.share().takeBack())
  }

  removeViewer(a: { viewer: string }) {
    return command(() => this.share().remove(a.viewer))
  }

  labReplaced(): void {
    this.feed.labReplaced()
  }

  scenarioChanged(): void {
    this.feed.scenarioChanged()
  }

  logged(line: LogLine): void {
    this.feed.logged(line)
  }

  close(): void {
    this.leave()
    this.long.close()
    this.feed.close()
  }

  private share(): Sharing {
    if (!this.sharing) throw new ApiError('forbidden', 'this page cannot share the session')
    return this.sharing
  }

  private link(clientId: string) {
    return found(this.engine.lab.linkOf(clientId), `${clientId} has no simulated link`)
  }
}
