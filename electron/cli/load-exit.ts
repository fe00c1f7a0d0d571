import type { LoadReport } from '../contract/load-report'
import { printable } from '../contract/printable'
import { saturationSentence } from '../engine/load/report/saturation'
import { EXIT, type CliContext } from './command'
import { UsageError } from './failure'

/** Says what is wrong on standard error and gives the exit code. `silent`: the text for people was not printed. */
export function exitCode(context: CliContext, r: LoadReport, silent: boolean): number {
  const saturated = saturationSentence(r.generator)
  if (silent && saturated !== null) context.stderr.write(`warning: ${saturated}\n`)
  if (context.interrupt.aborted) return EXIT.interrupted
  if (r.aborted !== null) {
    context.stderr.write(`fleetlab: ${printable(r.aborted)}
`)
    return EXIT.thresholds
  }
  if (r.verdict.inconclusive) return EXIT.inconclusive
  return r.verdict.passed ? EXIT.done : EXIT.thresholds
}

const RUN_ID = /^[A-Za-z0-9-]{1,32}$/

/** A name of a run as given, undefined without one. @throws UsageError */
export function checkRunId(given: string | undefined): string | undefined {
  if (given === undefined || RUN_ID.test(given)) return given
  throw new UsageError(`--run-id: found ${given}; expected 1 to 32 letters, digits or dashes`)
}
