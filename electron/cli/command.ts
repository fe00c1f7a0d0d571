import type { Command } from 'commander'
import type { Engine, EngineDeps } from '../engine/types'

/** What a subcommand may use of the process: tests give their own. */
export interface CliContext {
  /** Folder of the application, with `examples` and `out`. */
  root: string
  version: string
  env: Readonly<Record<string, string | undefined>>
  /** Language of the system (BCP 47). */
  locale: string
  /** Results, for people or for a pipe. */
  stdout: NodeJS.WritableStream
  /** Progress and errors. */
  stderr: NodeJS.WritableStream & { isTTY?: boolean }
  /** Aborted by the first Ctrl-C. */
  interrupt: AbortSignal
  /** The engine is most of the program: it is read only by the commands that use one. */
  createEngine(deps: EngineDeps): Engine | Promise<Engine>
  /** The process, for what nobody else catches. @default nothing is caught */
  crashes?: { target: Pick<NodeJS.EventEmitter, 'on' | 'off'>; exit(code: number): void }
}

/** Exit codes: done; thresholds broken; bad usage or bad input; the generator was the limit; cut short by Ctrl-C. */
export const EXIT = { done: 0, thresholds: 1, usage: 2, inconclusive: 3, interrupted: 130 } as const

/** Adds one subcommand to the program. `report` takes the exit code when it is not 0. */
export type Subcommand = (program: Command, context: CliContext, report: (code: number) => void) => void
