import type { LinkConfig } from '../../../contract/link-config'
import { PACKET_TYPES, type Direction } from '../../../contract/packet'

/** What step mode does with a packet. */
export type StepAction = 'deliver' | 'drop'

export const scriptOf = (steps: LinkConfig['script']): StepScript =>
  steps.length === 0 ? NO_SCRIPT : new StepScript(steps)

/** Step mode decided beforehand: one decision after the other, each taken by the first packet that matches it. */
export class StepScript {
  private at = 0

  constructor(private readonly steps: LinkConfig['script']) {}

  /** True while decisions are left. */
  get active(): boolean {
    return this.at < this.steps.length
  }

  /** The next decision if this packet matches it; it is used up then. */
  take(direction: Direction, type: number): StepAction | null {
    const step = this.steps[this.at]
    if (step === undefined) return null
    if (step.direction !== undefined && step.direction !== direction) return null
    if (step.type !== undefined && PACKET_TYPES.indexOf(step.type) !== type) return null
    this.at++
    return step.action
  }
}

/** For all links without decisions. */
const NO_SCRIPT = new StepScript([])
