import type { Lab } from './lab'

/** What goes with a run that is given up. */
export function lossOf(lab: Lab): { packets: number; clients: number } {
  let devices = 0
  for (const d of lab.fleet.devices()) if (d.connected) devices++
  return { packets: lab.observation.capture.kept, clients: devices + lab.externalClients().length }
}

/** Waits for `work`, but no longer than so many ms. */
export async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((done) => (timer = setTimeout(done, limitMs)))
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
