import type {
  FilePart,
  EngineStatus,
  GroupStats,
  LogLine,
  PacketBatch,
  PacketDetail,
  RatePoint,
  TopicDetail,
  TopicPage,
} from './model'
import type { KeptByBroker } from './kept'
import type { DeviceDetail, DeviceRow } from './device'
import type { DeskMessage, DeskState, Published, TestClientConfig } from './desk'
import type { Loss, QosComparison } from './comparison'
import type { ExperimentInput, ExperimentState } from './experiment'
import type { InspectReport } from './inspect-report'
import type { Language } from './languages'
import type { Lesson } from './lesson'
import type { LessonOutcome, LiveOutcome } from './lesson-run'
import type { LinkInput } from './link-config'
import type { LossyListenerInput } from './lossy-listener'
import type { LoadEvent, LoadFileFormat, LoadNow, LoadRun, LoadRunInfo } from './load'
import type { LoadInput } from './load-config'
import type { Direction, PacketType } from './packet'
import type { RingSummary } from './ring'
import type { GroupConfig, GroupInput, RunInput, Scenario } from './scenario'
import type { TopicMessages } from './topic-messages'
import type { WorkspaceApi, WorkspaceEvent } from './workspace'
import type { ShareAddress, ShareState } from './share'
import type { LastLessonRun, Shown } from './shown'
import type { SandboxState } from './sandboxes'
import type { VoteQuestion, VoteState } from './vote'

/** Version of this contract; page and engine refuse to talk when it differs. */
export const CONTRACT_VERSION = 1

/** Which links a command speaks of. */
/** `listener`: which of the broker's lossy listeners, from 0. */
export type LinkTarget = { group: string } | { clientId: string } | { listener: number } | 'all'

/** Every command of the page: the engine's own, and those of the user's files and settings, which the host answers. */
export interface EngineApi extends LabApi, WorkspaceApi {}

/** What a host serves a page with; one that keeps nothing for its user leaves the rest out. */
export type ServedApi = LabApi & Partial<WorkspaceApi>

/** Commands of the page to the engine. Each takes one object and either does all of it or rejects and changes nothing. */
export interface LabApi {
  /** First call of every page. `language`: in which it speaks; see `openDemo`. */
  hello(a: { contract: number; language?: Language | undefined }): Promise<Welcome>

  // run
  /** run: go on, or begin again after stop; pause: time stands still; stop: disconnect the fleet and end; restart: stop, forget counts, run. */
  control(a: { action: 'run' | 'pause' | 'stop' | 'restart' }): Promise<EngineStatus>
  /** Virtual seconds per second, 0.01 to 100; below 1 is slow motion. */
  setSpeed(a: { speed: number }): Promise<void>

  // scenario and fleet
  getScenario(a: Empty): Promise<{ scenario: Scenario; revision: number }>
  /** Replaces everything by a scenario file's text; `name` is shown. */
  openScenario(a: { text: string; name: string }): Promise<Scenario>
  /**
   * Sets name, seed, duration, phases and broker, whole: what is left out is as if the file did not have it. The run begins again unless
   * only its name or description is another. Rejects as `openScenario` does.
   */
  setRun(a: { run: RunInput }): Promise<void>
  /** Agrees to connect to a host that is not this computer: what opening a scenario or a load test rejected as `unconfirmed`. Until the program ends. */
  allowHost(a: { host: string }): Promise<void>
  scenarioText(a: { format: 'yaml' | 'json' }): Promise<{ text: string }>
  addGroup(a: { group: GroupInput }): Promise<GroupConfig>
  /** Changes the named fields of a group; devices whose identity, count or session is not touched stay connected. */
  updateGroup(a: { name: string; patch: Partial<GroupInput> }): Promise<GroupConfig>
  removeGroup(a: { name: string }): Promise<void>
  /** Merges a change into the links named, at once and without reconnecting. */
  setLink(a: { target: LinkTarget; patch: LinkInput }): Promise<void>
  /** Opens a port whose clients reach the broker through a link; the next free one where the port is taken. */
  addListener(a: { listener: LossyListenerInput }): Promise<void>
  /** Closes one, and the connections over it. @param a.index in the order of the scenario, from 0 */
  removeListener(a: { index: number }): Promise<void>
  /** Sets independent loss with chance p in both directions on every link. */
  setLoss(a: { p: number }): Promise<void>

  // devices
  listDevices(a: {
    group?: string
    search?: string
    offset: number
    limit: number
  }): Promise<{ rows: DeviceRow[]; total: number }>
  getDevice(a: { clientId: string }): Promise<DeviceDetail>
  /** Loses the next packet of a type on a device's link. */
  dropNext(a: { clientId: string; direction: Direction; type: PacketType }): Promise<void>
  /** Cuts a device's connection, or ends an external client's. */
  cut(a: { clientId: string }): Promise<void>

  // publish desk
  /**
   * Publishes a message, once or again and again: from the broker itself, a device, or the test client, which is opened
   * where it is not yet. It is in no row of the delivery counts, which are of what groups publish.
   * @throws ApiError `not-found` for an unknown device, `conflict` for one that cannot publish now, `bad-request` for
   * properties over MQTT 3.1.1, `unavailable` from the broker where it is external
   */
  publish(a: DeskMessage): Promise<Published>
  /** Ends the repetition of a message; nothing where none runs. */
  endRepeat(a: Empty): Promise<void>
  /** Opens the desk's test client, changes it, or with null ends it. */
  setTestClient(a: { config: TestClientConfig | null }): Promise<void>
  /** The test client, what it received after the number `after`, and what is repeated. */
  getDesk(a: { after: number }): Promise<DeskState>

  // packets
  /** Chooses the packets this page is sent from now on (a filter, see packet-filter.ts) and returns the latest that match. */
  watchPackets(a: { filter: string; tail: number }): Promise<PacketBatch>
  unwatchPackets(a: Empty): Promise<void>
  /** Packets of the ring that match, before or after a capture number, ascending. */
  queryPackets(a: { filter: string; before?: number; after?: number; limit: number }): Promise<PacketBatch>
  /** What the ring holds, in a number of equal parts of the time it spans. */
  getRing(a: { parts: number }): Promise<RingSummary>
  getPacket(a: { seq: number }): Promise<PacketDetail>
  clearCapture(a: Empty): Promise<void>
  /**
   * Makes a pcapng file of the packets that match, part by part: the first part without `from`, each other with the bytes
   * that were received so far. A page has one such file at a time.
   * @param run the file carries the scenario too, and is opened as a kept run
   * @returns a part of about 1 MiB, the packets in the file so far, and whether it was the last part
   * @throws ApiError `conflict` when `from` is not where the last part ended, or another file was begun since
   */
  exportPcapng(a: { filter: string; run?: boolean; from?: number }): Promise<FilePart>
  /** The same for the messages that match, as lines of CSV or JSON: each PUBLISH on each leg, its fate and verdict. @throws as `exportPcapng` */
  exportMessages(a: { filter: string; as: 'csv' | 'jsonl'; from?: number }): Promise<FilePart>

  // recorded captures
  /**
   * Takes the next part of a capture file (pcap, pcapng); with the last one the file is shown in place of the run, which is
   * paused until `closeCapture`. A page sends one file at a time.
   * @param at bytes sent before
   * @returns what was read so far
   * @throws ApiError `bad-request` for a file that is no capture, `conflict` when `at` is not where the last part ended
   */
  openCapture(a: {
    name: string
    at: number
    bytes: Uint8Array
    done: boolean
  }): Promise<{ frames: number; packets: number }>
  /** Shows the run again; it goes on if it ran. */
  closeCapture(a: Empty): Promise<void>
  /** What the open capture holds. @throws ApiError `not-found` while none is open */
  getCaptureReport(a: Empty): Promise<InspectReport>

  // step mode
  /** Turns the gate of links on or off; off delivers what is held there. */
  setGate(a: { target: LinkTarget; on: boolean }): Promise<void>
  decide(a: { seq: number; action: 'deliver' | 'drop' }): Promise<void>
  deliverAll(a: Empty): Promise<void>

  // traffic
  /** Chooses the part of the topic tree this page is sent twice per second, and returns it. */
  watchTopics(a: TopicView): Promise<TopicPage>
  unwatchTopics(a: Empty): Promise<void>
  getTopic(a: { topic: string }): Promise<TopicDetail>
  /**
   * The newest captured messages of a topic, with whom each has reached. A subscriber that is away has not been sent anything
   * yet, and is not counted.
   * @param a.payloadsAfter payloads of messages up to this capture number are left out: the page has them
   */
  getMessages(a: { topic: string; payloadsAfter: number }): Promise<TopicMessages>
  clearRetained(a: { topic: string }): Promise<void>
  /**
   * What the broker keeps, and the so many clients with most of it, 0 to 50: without any, no session is looked at. Null with
   * an external broker, which does not tell.
   */
  getKept(a: { clients: number }): Promise<KeptByBroker | null>
  /** The last five minutes, oldest first. */
  getRates(a: Empty): Promise<RatePoint[]>

  // experiments
  /** Begins a QoS comparison beside the running scenario. Rejects with `conflict` while one runs. */
  startExperiment(a: { config: ExperimentInput }): Promise<ExperimentState>
  /** Ends the running experiment; the points it has stay. */
  cancelExperiment(a: Empty): Promise<void>
  /** The experiment that runs or ran last, null before the first. */
  getExperiment(a: Empty): Promise<ExperimentState | null>

  // load tests
  /**
   * Begins a load test. Rejects with `conflict` while one runs. It goes on when the page closes. `password` goes before
   * `config.passwordEnv`, and is kept nowhere.
   */
  startLoad(a: { config: LoadInput; password?: string | undefined }): Promise<LoadNow>
  /** Ends the running load test; what it measured stays. */
  stopLoad(a: Empty): Promise<void>
  /** The history, newest first. */
  listLoadRuns(a: Empty): Promise<LoadRunInfo[]>
  getLoadRun(a: { runId: string }): Promise<LoadRun>
  /** A run as a file: the report, its series, or a page that needs nothing else. */
  getLoadFile(a: { runId: string; format: LoadFileFormat }): Promise<{ name: string; text: string }>
  deleteLoadRun(a: { runId: string }): Promise<void>

  // lessons
  /** The built-in lessons in their order, then those that were opened. */
  listLessons(a: Empty): Promise<{ lessons: Lesson[] }>
  /** Takes a lesson file in beside the built-in ones; one opened before with the same identifier gives way. */
  openLesson(a: { text: string; name: string }): Promise<Lesson>
  /** Runs a variant of a scripted lesson beside the open scenario, at once and to its end. */
  runLesson(a: { id: string; variant: string }): Promise<LessonOutcome>
  /** One message at QoS 0, 1 and 2 with the same loss, run beside the open scenario. */
  compareQos(a: { loss: Loss }): Promise<QosComparison>
  /** The lesson and the comparison that were run last; null for none. */
  getLessonRun(a: Empty): Promise<LastLessonRun>
  /** How far a live lesson is: the clients that came to the open scenario's broker since the first call. */
  watchLesson(a: { id: string }): Promise<LiveOutcome>

  // sharing with a class: the host's own pages alone
  /** `answered`: the class has answered votes, see `voteResults`. */
  getSharing(a: Empty): Promise<{ addresses: ShareAddress[]; state: ShareState; answered: boolean }>
  /** Lets a class in at one address of this machine, on the first free port unless one is named. */
  startSharing(a: { address: string; port?: number }): Promise<ShareState>
  /** Sends everybody away and closes the listener. */
  stopSharing(a: Empty): Promise<void>
  /** Makes another join code; the old one lets nobody in any more. Who is in stays in. */
  renewJoinCode(a: Empty): Promise<ShareState>
  /** Hands the controls to one viewer, taking them from whoever has them. */
  handOver(a: { viewer: string }): Promise<ShareState>
  /** At once: the next command of who had them is refused. */
  takeBack(a: Empty): Promise<ShareState>
  /** Sends a viewer away; with the code they may join again. */
  removeViewer(a: { viewer: string }): Promise<ShareState>

  /**
   * A pupil runs a scripted lesson alone, in a simulation of its own; nobody else sees it. It ends when the pupil leaves.
   * @throws ApiError `forbidden` while the teacher allows none and on a page of the host, `not-found`, `bad-request` for a
   * live lesson, `conflict` while the pupil's last one runs, `unavailable` when it was ended before its end
   */
  tryLesson(a: { id: string; variant: string }): Promise<LessonOutcome>
  /** How many lessons pupils may run at once, see `SANDBOXES`; 0 ends those that run. Until the program ends. */
  setSandboxes(a: { most: number }): Promise<SandboxState>

  /** What this page shows now: pages of pupils that follow it show the same. The latest counts. */
  showClass(a: Shown): Promise<void>

  // votes of the class
  /** Asks the class; a vote that is open ends. */
  openVote(a: VoteQuestion): Promise<VoteState>
  /** The same question once more. @throws ApiError `conflict` when none was asked */
  voteAgain(a: Empty): Promise<VoteState>
  /** Ends the vote and shows the class its result. @throws ApiError `conflict` when none was asked */
  endVote(a: Empty): Promise<VoteState>
  /** Takes the vote that has ended from every page; its answers stay in the results. @throws ApiError `conflict` while it is open, or when none was asked */
  putVoteAway(a: Empty): Promise<VoteState>
  /**
   * A pupil's answer by its place, from 0; the last one counts.
   * @throws ApiError `conflict` when that vote is over, `forbidden` on a page of the host
   */
  castVote(a: { round: number; answer: number }): Promise<VoteState>
  /** The answers of each pupil as CSV; what a spreadsheet would take for a formula is text. */
  voteResults(a: { language: Language }): Promise<{ text: string }>
}

/** What a page begins with. */
export interface Welcome {
  version: string
  status: EngineStatus
  scenario: Scenario
  host: HostInfo
  /** To the host's own pages: the scenario has changes that are in no file. @default false */
  changed?: boolean
}

/** A command without arguments. */
export type Empty = Record<string, never>

export interface TopicView {
  /** Branches that are open; '' stands for the root, which always is. */
  open: string[]
  /** Keeps topics whose path contains this text. */
  search: string
  /** Filter of the wildcard tester; '' for none. */
  filter: string
  offset: number
  limit: number
}

/** What the host can do for the page. */
export interface HostInfo {
  kind: 'electron' | 'web'
  /** The page may look but not change anything. */
  readOnly: boolean
  /** The name under which this page joined a shared session; absent on the host's own pages. */
  viewer?: string
  /** To a viewer, as the last word: the class is over. */
  ended?: boolean
  /** The page may share this session with a class. @default false */
  canShare?: boolean
}

/** What the engine pushes to a page; at most 20 frames per second, bounded in bytes. */
export interface EngineEvents {
  /** Four times per second. */
  status(e: EngineStatus): void
  /** Twice per second. */
  groups(e: GroupStats[]): void
  /** After every change of the scenario. */
  scenario(e: { scenario: Scenario; revision: number }): void
  packets(e: PacketBatch): void
  topics(e: TopicPage): void
  /** Once per second of clock time. */
  rates(e: RatePoint): void
  /** Devices came, went or changed: fetch what is on the screen again. */
  devices(e: { revision: number }): void
  /** Four times per second while an experiment runs, and at its end. */
  experiment(e: ExperimentState): void
  /** When a load test moves on, at most four times per second, and when the history changes. */
  load(e: LoadEvent): void
  /** To the host's own pages, when somebody came or went or something of the sharing changed. */
  sharing(e: ShareState): void
  /** When a vote was opened, ended or cast; pupils do not get the counts of an open one. */
  vote(e: VoteState): void
  /** To a viewer: what the teacher's page shows now. */
  shown(e: Shown): void
  /** Lessons that pupils run alone: to the host's pages at every change, to pupils when they may or may no longer. */
  sandboxes(e: SandboxState): void
  /** To a viewer: the controls were handed over or taken back. */
  host(e: HostInfo): void
  log(e: LogLine): void
  /** To the host's own pages: what it keeps for its user changed, or it asks something of the page. */
  workspace(e: WorkspaceEvent): void
}
