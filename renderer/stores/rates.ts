import type { RatePoint } from '@contract/model'
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { useLink } from '../api'

const MAX_POINTS = 300

/** Counts a second over the last five minutes, oldest first. */
export const useRates = defineStore('rates', () => {
  const link = useLink()
  const points = shallowRef<readonly RatePoint[]>([])

  link.onReady(() => {
    link.api.getRates({}).then(
      (all) => (points.value = all.slice(-MAX_POINTS)),
      () => undefined,
    )
  })
  link.on('rates', (p) => {
    const last = points.value.at(-1)
    // A run that began again counts from 0.
    const kept = last && p.atMs <= last.atMs ? [] : points.value
    points.value = [...kept, p].slice(-MAX_POINTS)
  })
  return { points }
})
