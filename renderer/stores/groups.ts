import type { GroupStats } from '@contract/model'
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { useLink } from '../api'

/** Rates and ledger of each group, twice a second. */
export const useGroups = defineStore('groups', () => {
  const link = useLink()
  const stats = shallowRef<readonly GroupStats[]>([])
  link.on('groups', (g) => (stats.value = g))
  return { stats, byName: computed(() => new Map(stats.value.map((g) => [g.name, g]))) }
})
