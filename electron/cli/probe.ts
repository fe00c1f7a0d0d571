import type { Command } from 'commander'
import { brokerUrlProblem, maskedUrls } from '../contract/load-url'
import { passwordVariableSchema } from '../contract/password-variable'
import { probeBroker, ProbeError, type ProbeResult } from '../engine/conformance/run'
import { startEmbedded } from '../engine/load/run/embedded'
import { checkCertificates } from '../engine/load/run/limits'
import { freshRunId, tagOf } from '../engine/load/run/run-id'
import { dialFor } from '../engine/load/wire/dial'
import { duration } from './arguments'
import { EXIT, type CliContext, type Subcommand } from './command'
import { CREDENTIAL_OPTIONS, readCredentials } from './credentials'
import { UsageError } from './failure'
import { junitXml } from './print/junit'
import { probeCases, probeText } from './print/probe-text'
import { showLine } from './print/progress'
import { checkOutputs, writeOutput } from './write-output'

interface ProbeFlags {
  username?: string
  password?: string
  passwordEnv?: string
  caFile?: string
  certFile?: string
  keyFile?: string
  serverName?: string
  insecure?: boolean
  timeout?: number
  all?: boolean
  json?: string
  junit?: string
}

/** How long the broker may take for one answer, ms. */
const PATIENCE_MS = 5000

/** `fleetlab probe`: asks a broker the statements of the specification that can be asked from outside. */
export const probeCommand: Subcommand = (program, context, report) => {
  const command: Command = program
    .command('probe')
    .description('ask any broker what it offers and whether it does what MQTT 3.1.1 and 5.0 demand')
    .argument('<url>', 'broker: mqtt, mqtts, ws or wss, or the word embedded')
  for (const [flags, text] of CREDENTIAL_OPTIONS) command.option(flags, text)
  command
    .option('--timeout <time>', 'longest wait for one answer (default 5s)', duration)
    .option('--all', 'also list the statements that hold')
    .option('--json <file>', 'write the result as JSON, - for standard output')
    .option('--junit <file>', 'write the statements as a JUnit file')
    .action(async (url: string, flags: ProbeFlags) => {
      await checkOutputs([flags.json, flags.junit])
      const result = await probe(context, url, flags)
      await write(context, result, flags)
      report(
        context.interrupt.aborted ? EXIT.interrupted : result.violations > 0 ? EXIT.thresholds : EXIT.done,
      )
    })
}

async function probe(context: CliContext, url: string, flags: ProbeFlags): Promise<ProbeResult> {
  const problem = brokerUrlProblem(url)
  if (problem !== null) throw new UsageError(`URL: found ${maskedUrls(url)}; ${problem}`)
  if (flags.passwordEnv !== undefined && !passwordVariableSchema.safeParse(flags.passwordEnv).success) {
    throw new UsageError(
      `--password-env: found ${flags.passwordEnv}; expected a name that starts with FLEETLAB_`,
    )
  }
  const credentials = await readCredentials(flags, context, flags.password)
  checkCertificates(credentials)
  const embedded = url === 'embedded' ? await startEmbedded() : null
  const tls = { ...credentials, serverName: flags.serverName, insecure: flags.insecure ?? false }
  const state = { done: 0, of: 0 }
  const progress = showLine(context.stderr, () => `${state.done} of ${state.of} statements`)
  try {
    const access = {
      dial: await dialFor(embedded?.url ?? url, tls),
      username: flags.username,
      password: credentials.password,
      patienceMs: flags.timeout ?? PATIENCE_MS,
      tag: tagOf(freshRunId()).toString(36),
    }
    return await probeBroker(url, access, {
      signal: context.interrupt,
      onFinding: (done, of) => Object.assign(state, { done, of }),
    })
  } catch (thrown) {
    if (thrown instanceof ProbeError) throw new UsageError(thrown.message)
    throw thrown
  } finally {
    progress.end()
    await embedded?.close()
  }
}

async function write(context: CliContext, result: ProbeResult, flags: ProbeFlags): Promise<void> {
  const json = `${JSON.stringify(result, null, 2)}\n`
  if (flags.json === '-') context.stdout.write(json)
  else {
    context.stdout.write(probeText(result, flags.all ?? false))
    if (flags.json !== undefined) await writeOutput(flags.json, json)
  }
  if (flags.junit !== undefined) {
    await writeOutput(flags.junit, junitXml(`fleetlab probe ${result.broker.url}`, probeCases(result)))
  }
}
