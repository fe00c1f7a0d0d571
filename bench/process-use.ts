import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** `getconf CLK_TCK` on Linux. */
const TICKS = 100
const KIB_PER_MIB = 1024

const fieldsOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')

/** CPU seconds of a process so far; NaN where the system does not tell. */
export function cpuSeconds(pid: number): number {
  if (!existsSync(`/proc/${pid}/stat`)) return Number.NaN
  const fields = fieldsOf(pid)
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** CPU seconds of all children of this process that have ended; NaN where the system does not tell. */
export function endedChildrenSeconds(): number {
  if (!existsSync('/proc/self/stat')) return Number.NaN
  const fields = fieldsOf(process.pid)
  return (Number(fields[13]) + Number(fields[14])) / TICKS
}

/** Memory that a process has in use and shares with no other, and its part of what is shared, MiB. */
export function memoryMib(pid: number): number {
  const rollup = `/proc/${pid}/smaps_rollup`
  // gVisor's kernel has no such file; resident memory counts what is shared in full.
  const text = readFileSync(existsSync(rollup) ? rollup : `/proc/${pid}/status`, 'utf8')
  return Number(/^(?:Pss|VmRSS):\s+(\d+)/m.exec(text)?.[1] ?? NaN) / KIB_PER_MIB
}

/** Processes that descend from one, whose command line has a word. */
export function descendants(of: number, word: string): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const parents = new Map<number, number>()
  for (const name of all) {
    try {
      parents.set(Number(name), Number(fieldsOf(Number(name))[1]))
    } catch {
      // Ended meanwhile.
    }
  }
  const descends = (pid: number): boolean => {
    const parent = parents.get(pid)
    return parent !== undefined && (parent === of || descends(parent))
  }
  return [...parents.keys()].filter((pid) => {
    try {
      return descends(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word)
    } catch {
      return false
    }
  })
}
