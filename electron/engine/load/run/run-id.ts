import { createHash, randomInt } from 'node:crypto'
import type { LoadConfig } from '../../../contract/load-config'

const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'
const LENGTH = 8

/** A run id that no other run has: client identifiers stay within 23 characters with it [MQTT-3.1.3-5]. */
export const freshRunId = (): string =>
  Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')

/** The run id that all shards of a run find by themselves: from the configuration and the common start time. */
export function sharedRunId(config: LoadConfig, startAtMs: number | undefined): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([config, startAtMs ?? null]))
    .digest()
  return Array.from(digest.subarray(0, LENGTH), (b) => ALPHABET[b % ALPHABET.length]).join('')
}

/** The four bytes that mark a run's payloads. */
export const tagOf = (runId: string, population: string | null = null): number =>
  createHash('sha256')
    .update(population === null ? runId : `${runId}/${population}`)
    .digest()
    .readUInt32BE(0)
