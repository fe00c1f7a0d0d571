import type { PacketTransit } from '../../mqtt/transit'
import type { GateKeeper } from './types'

interface Held {
  readonly transit: PacketTransit
  readonly decided: (action: 'deliver' | 'drop') => void
}

/**
 * Step mode's gate. A held transit tells by `settledMs` and `lossPoint` how its way would go on; that much time
 * passes at the decision, without any timer coming nearer.
 * @param deps.skip lets time pass while the clock is frozen
 */
export function createGate(deps: { skip(ms: number): void }): GateKeeper {
  const waiting = new Map<number, Held>()
  const listeners: ((holding: boolean) => void)[] = []
  let holding = false

  const announce = () => {
    if (holding === waiting.size > 0) return
    holding = !holding
    for (const listener of listeners) listener(holding)
  }
  const decide = (id: number, action: 'deliver' | 'drop'): boolean => {
    const entry = waiting.get(id)
    if (entry === undefined) return false
    const { transit, decided } = entry
    waiting.delete(id)
    const wayMs = (transit.settledMs - transit.sentMs) * (action === 'drop' ? transit.lossPoint : 1)
    transit.ownSkippedMs = Math.max(0, wayMs)
    deps.skip(transit.ownSkippedMs)
    decided(action)
    announce()
    return true
  }

  return {
    held: () => [...waiting.values()].map((entry) => entry.transit),
    deliver: (id) => decide(id, 'deliver'),
    drop: (id) => decide(id, 'drop'),
    deliverAll() {
      for (const id of [...waiting.keys()]) decide(id, 'deliver')
    },
    onChange: (listener) => void listeners.push(listener),
    hold(transit, decided) {
      waiting.set(transit.id, { transit, decided })
      announce()
    },
    withdraw(transit) {
      if (waiting.delete(transit.id)) announce()
    },
  }
}
