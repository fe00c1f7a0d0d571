import { ApiError } from '@contract/errors'
import type { PacketRow } from '@contract/model'
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { useLink } from '../api'
import { linksInUse } from './link-summary'
import { useLog } from './log'
import { useScenario } from './scenario'
import { useStatus } from './status'

/** Held packets that are asked for at once. */
const ROWS = 50

/** The packets that are held, whatever a screen filters; those decided here leave at once. */
function createHeld(held: () => number, seen: () => number) {
  const link = useLink()
  const log = useLog()
  const rows = shallowRef<readonly PacketRow[]>([])
  const decided = new Set<number>()
  let looking = false
  let again = false

  async function look(): Promise<void> {
    again = true
    if (looking) return
    looking = true
    while (again) {
      again = false
      const found =
        held() === 0
          ? []
          : (await link.api.queryPackets({ filter: 'fate:held', after: 0, limit: ROWS })).packets
      for (const seq of [...decided]) if (!found.some((p) => p.seq === seq)) decided.delete(seq)
      rows.value = found.filter((p) => !decided.has(p.seq))
    }
  }
  const refresh = (): void => void log.attempt(look).finally(() => (looking = false))

  /** A packet that was decided already is not decided again: a key may be hit faster than the page learns of it. */
  async function decide(seq: number, action: 'deliver' | 'drop'): Promise<void> {
    if (decided.has(seq)) return
    decided.add(seq)
    rows.value = rows.value.filter((p) => p.seq !== seq)
    try {
      await link.api.decide({ seq, action })
    } catch (thrown) {
      // someone else decided it
      if (!(thrown instanceof ApiError && thrown.code === 'conflict')) {
        decided.delete(seq)
        log.fail(thrown)
      }
    }
    refresh()
  }
  /** Keeps the rows current while a screen shows them; returns the way to stop. */
  const follow = (): (() => void) => watch([held, seen], refresh, { immediate: true })
  return { rows, decide, follow }
}

/** Step mode: the gates that hold packets until someone decides. */
export const useGate = defineStore('gate', () => {
  const link = useLink()
  const log = useLog()
  const scenario = useScenario()
  const status = useStatus()
  const on = computed(() => {
    const s = scenario.scenario
    return s !== null && linksInUse(s).some((l) => l.gate)
  })
  const held = computed(() => status.status?.held ?? 0)

  const set = (value: boolean): Promise<void> =>
    log.attempt(async () => {
      await link.api.setGate({ target: 'all', on: value })
      await scenario.refresh()
    })
  return {
    on,
    held,
    set,
    toggle: () => set(!on.value),
    deliverAll: () => log.attempt(() => link.api.deliverAll({})),
    ...createHeld(
      () => held.value,
      () => status.status?.captured.seen ?? 0,
    ),
  }
})
