import { scenarioJsonSchema } from '../contract/scenario-json-schema'
import type { Subcommand } from './command'

/** `fleetlab schema`: the JSON Schema of scenario files. */
export const schemaCommand: Subcommand = (program, context) => {
  program
    .command('schema')
    .description('print the JSON Schema of scenario files')
    .action(() => {
      context.stdout.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)
    })
}
