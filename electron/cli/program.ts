import { Command } from 'commander'
import { printable } from '../contract/printable'
import { EXIT, type CliContext, type Subcommand } from './command'
import { RepeatedOption } from './arguments'
import { endingOf, UsageError } from './failure'

/** Every subcommand, in the order of the help text. Reading the code of all takes longer than a short command runs. */
const SUBCOMMANDS: Readonly<Record<string, () => Promise<Subcommand>>> = {
  run: async () => (await import('./run')).runCommand,
  experiment: async () => (await import('./experiment')).experimentCommand,
  load: async () => (await import('./load')).loadCommand,
  probe: async () => (await import('./probe')).probeCommand,
  report: async () => (await import('./report')).reportCommand,
  inspect: async () => (await import('./inspect')).inspectCommand,
  serve: async () => (await import('./serve')).serveCommand,
  broker: async () => (await import('./broker')).brokerCommand,
  proxy: async () => (await import('./proxy')).proxyCommand,
  schema: async () => (await import('./schema')).schemaCommand,
}

/** The subcommand that the arguments name, or all where they name none: for the help text. */
function subcommandsOf(args: readonly string[]): Promise<Subcommand[]> {
  const named = Object.hasOwn(SUBCOMMANDS, args[0] ?? '') ? SUBCOMMANDS[args[0] ?? ''] : undefined
  return Promise.all((named === undefined ? Object.values(SUBCOMMANDS) : [named]).map((read) => read()))
}

/** Runs the command line and resolves to the exit code. Failures are printed, never thrown. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  let code: number = EXIT.done
  const program = createProgram(context)
  for (const add of await subcommandsOf(args)) {
    add(program, context, (c) => {
      code = c
    })
  }
  refuseIgnored(program)
  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (thrown) {
    const ending = endingOf(thrown)
    if (ending.line !== null) context.stderr.write(`${ending.line}\n`)
    return ending.code
  }
}

/**
 * Flags that would be forgotten are refused: one with a value that is given again, unless it is a `RepeatedOption`, and one
 * in front of a subcommand.
 */
function refuseIgnored(command: Command): void {
  for (const option of command.options) {
    if (option.isBoolean() || option.variadic || option instanceof RepeatedOption) continue
    let times = 0
    command.on(`option:${option.name()}`, () => {
      if (++times > 1) throw new UsageError(`--${option.name()}: found twice; expected once`)
    })
  }
  command.hook('preSubcommand', (_command, sub) => {
    const early = command.options.find((o) => command.getOptionValueSource(o.attributeName()) === 'cli')
    if (early !== undefined)
      throw new UsageError(`--${early.name()}: found before ${sub.name()}; expected after it`)
  })
  for (const sub of command.commands) refuseIgnored(sub)
}

function createProgram(context: CliContext): Command {
  return (
    new Command('fleetlab')
      .description('A simulated MQTT fleet with packet loss, and its broker')
      .version(context.version)
      // so that flags behind a subcommand are its own
      .enablePositionalOptions()
      .exitOverride()
      .configureOutput({
        writeOut: (text) => context.stdout.write(text),
        writeErr: (text) => context.stderr.write(text),
        outputError: (text, write) => write(`fleetlab: ${usageLine(text)}\n`),
      })
  )
}

/** Commander's message as one line that says where to read more. */
function usageLine(text: string): string {
  const message = text
    .replace(/^error:\s*/, '')
    .trim()
    .replace(/\s*\n\s*/g, ' ')
  const plain = /^unknown option '--?(host|port|broker)'/.test(message)
    ? message.replace(/( \(Did you mean.*)?$/, '; name the broker with --url mqtt://HOST:PORT')
    : message
  return `${printable(plain)}; see fleetlab --help`
}
