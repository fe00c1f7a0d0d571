import type { LinkTarget } from '../../contract/api'
import type { LinkInput } from '../../contract/link-config'
import type { LossyListenerInput } from '../../contract/lossy-listener'
import type { EngineStatus } from '../../contract/model'
import type { GroupConfig, GroupInput, RunInput, Scenario } from '../../contract/scenario'
import type { ExperimentRunner } from '../experiment/runner'
import type { LoadService } from '../load/history/load-service'
import type { Slicer } from '../base/slices'
import type { Recording } from '../import/recording'
import type { Observation } from '../observe/observation'
import type { Lab } from '../lab/lab'
import type { LessonService } from '../lessons/lesson-service'
import type { Classroom } from './class-commands'

/** Packets, topics and rates, of whatever is shown. */
export type Observed = Pick<Observation, 'capture' | 'topics' | 'rates'>

/** What a page's session may ask of the engine. */
export interface SessionEngine {
  readonly lab: Lab
  /** What a page is shown: of the run, or of the recorded capture that is open. */
  readonly observed: Observed
  /** The recorded capture that is open, shown to every page in place of the run; null for none. */
  readonly recording: Recording | null
  readonly scenario: Scenario
  readonly revision: number
  readonly version: string
  /** Where long work of the host's pages, and of viewers, is done in slices. */
  readonly slicers: { readonly host: Slicer; readonly viewers: Slicer }
  readonly experiments: ExperimentRunner
  readonly loads: LoadService
  readonly lessons: LessonService
  readonly classroom: Classroom
  status(): EngineStatus
  allowHost(host: string): void
  control(action: 'run' | 'pause' | 'stop' | 'restart'): Promise<void>
  openScenario(scenario: Scenario, file: string | null): Promise<void>
  showRecording(recording: Recording | null): void
  setRun(run: RunInput): Promise<void>
  /** Rejects with `bad-scenario` where a recording cannot be played; so does the next. */
  addGroup(group: GroupInput): Promise<GroupConfig>
  updateGroup(name: string, patch: Partial<GroupInput>): Promise<GroupConfig>
  removeGroup(name: string): void
  setLink(target: LinkTarget, patch: LinkInput): void
  addListener(listener: LossyListenerInput): Promise<void>
  removeListener(index: number): Promise<void>
}
