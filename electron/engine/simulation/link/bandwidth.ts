/** A line that sends one packet after another at a limited rate: what comes while it is busy waits its turn. */
export class Serialiser {
  private freeAtMs = 0

  /** @param bitsPerSecond absent means no limit */
  constructor(public bitsPerSecond: number | undefined) {}

  /** Puts a packet on the line; gives the ms from now until its last bit has left. */
  occupy(bytes: number, nowMs: number): number {
    if (this.bitsPerSecond === undefined) return 0
    const start = Math.max(nowMs, this.freeAtMs)
    this.freeAtMs = start + (bytes * 8000) / this.bitsPerSecond
    return this.freeAtMs - nowMs
  }

  /** A new connection finds the line idle: what the old one had queued is gone. */
  clear(): void {
    this.freeAtMs = 0
  }
}
