import { z } from 'zod'

/**
 * Name of an environment variable that a file may have a password read from. Only names with this prefix: a file from
 * somebody else must not be able to read `AWS_SECRET_ACCESS_KEY` and send it to a broker of its choice.
 */
const PASSWORD_VARIABLE_PREFIX = 'FLEETLAB_'
export const passwordVariableSchema = z.string().regex(/^FLEETLAB_[A-Za-z0-9_]+$/, {
  error: `expected the name of an environment variable that starts with ${PASSWORD_VARIABLE_PREFIX}; no other is read`,
})
