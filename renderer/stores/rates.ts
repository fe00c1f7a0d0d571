import type { RatePoint } from '@contract/model'
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { useLink } from '../api'
import { linksInUse, lossRange } from './link-summary'
import { useScenario } from './scenario'
import { useStatus } from './status'

const MAX_POINTS = 300
const MAX_MARKS = 20

/** Counts a second over the last five minutes, oldest first, and when the loss of all links was changed. */
export const useRates = defineStore('rates', () => {
  const link = useLink()
  const scenario = useScenario()
  const status = useStatus()
  const points = shallowRef<readonly RatePoint[]>([])
  const changes = shallowRef<readonly { atMs: number; p: number }[]>([])

  const load = (): void => {
    link.api.getRates({}).then(
      (all) => (points.value = all.slice(-MAX_POINTS)),
      () => undefined,
    )
  }
  link.onReady(load)
  watch(
    () => status.status?.recording?.revision,
    () => {
      changes.value = []
      load()
    },
  )
  link.on('rates', (p) => {
    const last = points.value.at(-1)
    if (last && p.atMs === last.atMs) return
    // A run that began again counts from 0.
    const again = last !== undefined && p.atMs < last.atMs
    if (again) changes.value = []
    points.value = [...(again ? [] : points.value), p].slice(-MAX_POINTS)
  })

  /** The one chance of all links; mixed where they differ, null before there is a scenario. */
  const loss = computed(() => {
    if (!scenario.scenario) return null
    const { min, max, byRule } = lossRange(linksInUse(scenario.scenario))
    return byRule || min !== max ? 'mixed' : max
  })
  watch(loss, (p, before) => {
    if (p === null || p === 'mixed' || before === null) return
    const atMs = status.clockNow()
    // A slider that is dragged makes one mark, at its last place.
    const kept = changes.value.filter((c) => atMs - c.atMs > 1500)
    changes.value = [...kept, { atMs, p }].slice(-MAX_MARKS)
  })
  return { points, changes }
})
