/** True while another process has this number; what this process left belongs to one that is gone. */
export function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    // A process of another user is alive too.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}
