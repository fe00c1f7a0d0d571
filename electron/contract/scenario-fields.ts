import { z } from 'zod'
import { isPlain } from './printable'
import { isValidFilter, isValidTopic } from './topics'

/** Fields that several parts of a scenario have. */

export const qosSchema = z.union([z.literal(0), z.literal(1), z.literal(2)])
export const PLAIN = { error: 'expected text without control and invisible characters' }
export const nameSchema = z.string().min(1).max(64).refine(isPlain, PLAIN)

const anyValue = (text: string): string => text.replace(/\{[\w.-]+\}/g, 'x')

export const topicTemplate = z
  .string()
  .min(1)
  .max(1024)
  .refine((t) => isValidTopic(anyValue(t)), {
    error: 'expected a topic name without + or #; {n}, {id} and {group} are replaced for each device',
  })
export const topicFilter = z
  .string()
  .min(1)
  .max(1024)
  .refine((f) => isValidFilter(anyValue(f)), {
    error: 'expected a topic filter: + must occupy an entire level, # only the last',
  })
/** How the ledger knows a message again, see `publishSchema`. */
export const identitySchema = z.enum(['payload', 'user-property', 'content'])
