/** Lessons that pupils run by themselves, each on broker, links and devices of its own. */
export interface SandboxState {
  /** As many run at once; 0: none may. */
  most: number
  running: number
  /** Wait for their turn. */
  waiting: number
}

/** What the teacher may choose, and what holds until then. */
export const SANDBOXES = { choices: [0, 4, 8, 16], default: 8 } as const
