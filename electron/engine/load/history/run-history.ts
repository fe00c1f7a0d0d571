import { runInfo, type LoadRun, type LoadRunInfo } from '../../../contract/load'

/** Runs kept; the oldest go first. */
export const MAX_RUNS = 200

/** Where finished load tests are kept. */
export interface RunHistory {
  /** Newest first. */
  list(): Promise<LoadRunInfo[]>
  /** Null when there is no such run. */
  read(runId: string): Promise<LoadRun | null>
  /** Keeps a run, and lets go of the oldest beyond `MAX_RUNS`. */
  save(run: LoadRun): Promise<void>
  /** False when there was no such run. */
  remove(runId: string): Promise<boolean>
}

/** Order of a history: newest first. */
export const newestFirst = (a: LoadRunInfo, b: LoadRunInfo): number =>
  b.number - a.number || b.startedAtMs - a.startedAtMs

/** A history for as long as the process lives. */
export class MemoryRunHistory implements RunHistory {
  private readonly runs = new Map<string, LoadRun>()

  list(): Promise<LoadRunInfo[]> {
    return Promise.resolve(this.infos())
  }

  read(runId: string): Promise<LoadRun | null> {
    return Promise.resolve(this.runs.get(runId) ?? null)
  }

  save(run: LoadRun): Promise<void> {
    this.runs.set(run.runId, run)
    for (const { runId } of this.infos().slice(MAX_RUNS)) this.runs.delete(runId)
    return Promise.resolve()
  }

  remove(runId: string): Promise<boolean> {
    return Promise.resolve(this.runs.delete(runId))
  }

  private infos(): LoadRunInfo[] {
    return [...this.runs.values()].map(runInfo).sort(newestFirst)
  }
}
