import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** Text that is the same for all processes of one computer since it started: they read one monotonic clock. */
export function machineName(): string {
  let boot = ''
  try {
    boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')
  } catch {
    // not Linux: the name of the computer has to do
  }
  return createHash('sha256')
    .update(boot === '' ? hostname() : boot)
    .digest('hex')
    .slice(0, 16)
}
