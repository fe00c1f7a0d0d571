import { z } from 'zod'
import { scenarioSchema } from './scenario'

/** The scenario file as JSON Schema (draft 2020-12), for editors that complete and check while one types. */
export function scenarioJsonSchema(): Record<string, unknown> {
  return {
    title: 'MQTT Fleet Lab scenario, version 1',
    ...z.toJSONSchema(scenarioSchema, { io: 'input', unrepresentable: 'any' }),
  }
}
