import type { DeviceDetail, DeviceRow } from '@contract/device'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { useLink } from '../api'

/** The window of the device list that is on the screen, and the device the inspector shows. */
export const useDevices = defineStore('devices', () => {
  const link = useLink()
  const rows = shallowRef<readonly DeviceRow[]>([])
  const total = ref(0)
  const revision = ref(0)
  const query = ref<{ group?: string; search: string; offset: number; limit: number }>({
    search: '',
    offset: 0,
    limit: 100,
  })
  const selected = ref<string | null>(null)
  const detail = shallowRef<DeviceDetail | null>(null)
  let asked = 0

  // counted here: devices of another scenario may have the number that the last one's had
  link.on('devices', () => void (revision.value += 1))
  link.onReady(() => (revision.value += 1))

  /** Fetches the window again; an answer that comes after a newer question is left out. */
  async function load(): Promise<void> {
    const mine = ++asked
    const { group, search, offset, limit } = query.value
    const page = await link.api.listDevices({
      ...(group === undefined ? {} : { group }),
      ...(search === '' ? {} : { search }),
      offset,
      limit,
    })
    if (mine !== asked) return
    rows.value = page.rows
    total.value = page.total
  }

  /** Fetches the selected device; a device that is gone closes the inspector. */
  async function loadDetail(): Promise<void> {
    const clientId = selected.value
    if (clientId === null) return
    const found = await link.api.getDevice({ clientId }).catch(() => null)
    if (selected.value !== clientId) return
    detail.value = found
  }

  function select(clientId: string | null): void {
    if (selected.value === clientId) return
    selected.value = clientId
    detail.value = null
  }

  /** Shows the list of one group's devices, or of all. */
  function filterGroup(group: string | null): void {
    const { search, limit } = query.value
    query.value = { ...(group === null ? {} : { group }), search, offset: 0, limit }
    select(null)
  }

  return { rows, total, revision, query, selected, detail, load, loadDetail, select, filterGroup }
})
