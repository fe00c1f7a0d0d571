import { scenarioSchema, type Scenario, type ScenarioInput } from '../contract/scenario'
import { portNumber } from './arguments'
import type { Subcommand } from './command'
import { aborted, unlessAborted } from './interrupt'
import { UsageError } from './failure'
import { brokerLines, engineFor } from './log'
import { readScenario } from './scenario-input'

interface BrokerFlags {
  host?: string
  port?: number
  wsPort?: number
  tlsPort?: number
}

/**
 * A scenario without devices; a port given by number is that port or none.
 * @param file the scenario whose broker is meant, with what the flags change of it
 * @throws UsageError when that is a broker elsewhere
 */
export function brokerScenario(flags: BrokerFlags, file?: Scenario): ScenarioInput {
  const broker = file?.broker
  if (broker?.kind === 'external') throw new UsageError('the broker of this scenario is an external one')
  return {
    version: 1,
    name: 'broker',
    broker: {
      ...broker,
      kind: 'embedded',
      host: flags.host ?? broker?.host ?? '127.0.0.1',
      ...(flags.port === undefined ? {} : { port: flags.port, fixedPort: flags.port !== 0 }),
      ...(flags.wsPort === undefined ? {} : { wsPort: flags.wsPort }),
      ...(flags.tlsPort === undefined ? {} : { tls: { ...broker?.tls, port: flags.tlsPort } }),
    },
  }
}

/** `fleetlab broker`: the embedded broker alone, until Ctrl-C. */
export const brokerCommand: Subcommand = (program, context) => {
  program
    .command('broker')
    .description('run only the embedded broker, until Ctrl-C')
    .argument(
      '[scenario]',
      'scenario file whose broker this is: its ports, users, limits; none of its devices',
    )
    .option('--host <address>', 'address to listen on (default 127.0.0.1)')
    .option('--port <number>', 'TCP port (default 1883 or the next free one)', portNumber)
    .option('--ws-port <number>', 'also listen for MQTT over WebSocket', portNumber)
    .option('--tls-port <number>', 'also listen for MQTT over TLS', portNumber)
    .action(async (path: string | undefined, flags: BrokerFlags) => {
      const file = path === undefined ? undefined : await readScenario(path)
      const scenario = scenarioSchema.parse(brokerScenario(flags, file))
      const engine = await engineFor(context, 'info')
      try {
        const opened = engine.open(scenario, null)
        if (!(await unlessAborted(opened, context.interrupt))) return
        for (const line of brokerLines(engine)) context.stdout.write(`${line}\n`)
        await aborted(context.interrupt)
      } finally {
        await engine.close()
      }
    })
}
