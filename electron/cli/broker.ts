import { scenarioSchema, type ScenarioInput } from '../contract/scenario'
import { portNumber } from './arguments'
import type { Subcommand } from './command'
import { aborted, unlessAborted } from './interrupt'
import { brokerLines, engineFor } from './log'

interface BrokerFlags {
  host: string
  port?: number
  wsPort?: number
  tlsPort?: number
}

/** A scenario without devices; a port given by number is that port or none. */
export function brokerScenario(flags: BrokerFlags): ScenarioInput {
  return {
    version: 1,
    name: 'broker',
    broker: {
      kind: 'embedded',
      host: flags.host,
      ...(flags.port === undefined ? {} : { port: flags.port, fixedPort: flags.port !== 0 }),
      ...(flags.wsPort === undefined ? {} : { wsPort: flags.wsPort }),
      ...(flags.tlsPort === undefined ? {} : { tls: { port: flags.tlsPort } }),
    },
  }
}

/** `fleetlab broker`: the embedded broker alone, until Ctrl-C. */
export const brokerCommand: Subcommand = (program, context) => {
  program
    .command('broker')
    .description('run only the embedded broker, until Ctrl-C')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'TCP port (default 1883 or the next free one)', portNumber)
    .option('--ws-port <number>', 'also listen for MQTT over WebSocket', portNumber)
    .option('--tls-port <number>', 'also listen for MQTT over TLS', portNumber)
    .action(async (flags: BrokerFlags) => {
      const engine = engineFor(context, 'info')
      try {
        const opened = engine.open(scenarioSchema.parse(brokerScenario(flags)), null)
        if (!(await unlessAborted(opened, context.interrupt))) return
        for (const line of brokerLines(engine)) context.stdout.write(`${line}\n`)
        await aborted(context.interrupt)
      } finally {
        await engine.close()
      }
    })
}
