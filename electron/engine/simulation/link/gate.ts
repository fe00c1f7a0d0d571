import type { Passage } from '../../mqtt/passage'
import type { GateKeeper } from './types'

interface Held {
  readonly passage: Passage
  readonly decided: (action: 'deliver' | 'drop') => void
}

/**
 * Step mode's gate. A held passage tells by `settledMs` and `lossPoint` how its way would go on; that much time
 * passes at the decision, without any timer coming nearer.
 * @param deps.skip lets time pass while the clock is frozen
 */
export function createGate(deps: { skip(ms: number): void }): GateKeeper {
  const waiting = new Map<number, Held>()
  const listeners: ((holding: boolean) => void)[] = []
  let skipped = 0
  let holding = false

  const announce = () => {
    if (holding === waiting.size > 0) return
    holding = !holding
    for (const listener of listeners) listener(holding)
  }
  const pass = (ms: number) => {
    if (!(ms > 0)) return
    skipped += ms
    deps.skip(ms)
  }
  const decide = (id: number, action: 'deliver' | 'drop'): boolean => {
    const entry = waiting.get(id)
    if (entry === undefined) return false
    const { passage, decided } = entry
    waiting.delete(id)
    pass((passage.settledMs - passage.sentMs) * (action === 'drop' ? passage.lossPoint : 1))
    decided(action)
    announce()
    return true
  }

  return {
    held: () => [...waiting.values()].map((entry) => entry.passage),
    deliver: (id) => decide(id, 'deliver'),
    drop: (id) => decide(id, 'drop'),
    deliverAll() {
      for (const id of [...waiting.keys()]) decide(id, 'deliver')
    },
    onChange: (listener) => void listeners.push(listener),
    hold(passage, decided) {
      waiting.set(passage.id, { passage, decided })
      announce()
    },
    withdraw(passage) {
      if (waiting.delete(passage.id)) announce()
    },
    skippedMs: () => skipped,
  }
}
