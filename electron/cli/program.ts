import { Command } from 'commander'
import { brokerCommand } from './broker'
import { printable } from '../contract/printable'
import { EXIT, type CliContext, type Subcommand } from './command'
import { experimentCommand } from './experiment'
import { endingOf } from './failure'
import { inspectCommand } from './inspect'
import { loadCommand } from './load'
import { probeCommand } from './probe'
import { proxyCommand } from './proxy'
import { reportCommand } from './report'
import { runCommand } from './run'
import { schemaCommand } from './schema'
import { serveCommand } from './serve'

/** Every subcommand, in the order of the help text. */
const SUBCOMMANDS: readonly Subcommand[] = [
  runCommand,
  experimentCommand,
  loadCommand,
  probeCommand,
  reportCommand,
  inspectCommand,
  serveCommand,
  brokerCommand,
  proxyCommand,
  schemaCommand,
]

/** Runs the command line and resolves to the exit code. Failures are printed, never thrown. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  let code: number = EXIT.done
  const program = createProgram(context)
  for (const add of SUBCOMMANDS) {
    add(program, context, (c) => {
      code = c
    })
  }
  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (thrown) {
    const ending = endingOf(thrown)
    if (ending.line !== null) context.stderr.write(`${ending.line}\n`)
    return ending.code
  }
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
