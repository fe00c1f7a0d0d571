import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { navigate, route } from '../router'
import { useLoads } from '../../stores/load-runs'

/** What stands in the middle: the address says which run or which two, else the one that runs or ran last. */
export interface View {
  /** The run that is opened, or the first of two. */
  runId: ComputedRef<string | null>
  /** The second of two. */
  otherId: ComputedRef<string | null>
  shownIds: ComputedRef<readonly string[]>
  /** Runs ticked for comparison, two at most. */
  ticked: Ref<readonly string[]>
  canCompare: ComputedRef<boolean>
  tick: (runId: string) => void
  compare: () => void
  /** To what runs or ran last. */
  toLatest: () => void
  /** One place up (-1) or down (1) in the history. */
  step: (by: -1 | 1) => void
  forget: (runId: string) => void
}

const MAX_TICKED = 2

export function useView(): View {
  const loads = useLoads()
  const ticked = ref<readonly string[]>([])
  const param = (name: string): string | null => {
    const value = route.value.screen === 'load' ? route.value.params[name] : undefined
    return value === undefined || value === '' ? null : value
  }
  const runId = computed(() => param('run') ?? (loads.now ? null : (loads.runs[0]?.runId ?? null)))
  const otherId = computed(() => param('with'))
  const shownIds = computed(() => [runId.value, otherId.value].filter((id) => id !== null))
  const there = computed(() => ticked.value.filter((id) => loads.runs.some((r) => r.runId === id)))

  const toLatest = (): void => navigate('load')
  function tick(id: string): void {
    ticked.value = ticked.value.includes(id)
      ? ticked.value.filter((t) => t !== id)
      : [...ticked.value, id].slice(-MAX_TICKED)
  }
  function compare(): void {
    const places = there.value.map((id) => loads.runs.findIndex((r) => r.runId === id)).sort((a, b) => b - a)
    const [older, newer] = places.map((i) => loads.runs[i]?.runId)
    if (older !== undefined && newer !== undefined) navigate('load', { run: older, with: newer })
  }
  function step(by: -1 | 1): void {
    const at = loads.runs.findIndex((r) => r.runId === runId.value)
    const to = loads.runs[at + by]
    if (to) navigate('load', { run: to.runId })
  }
  function forget(id: string): void {
    ticked.value = ticked.value.filter((t) => t !== id)
    if (param('run') === id || param('with') === id) toLatest()
  }
  const canCompare = computed(() => there.value.length === MAX_TICKED)
  return { runId, otherId, shownIds, ticked, canCompare, tick, compare, toLatest, step, forget }
}
