import { computed, reactive, shallowRef } from 'vue'
import { clientsInQuery } from '../../canvas/sequence/lanes'
import { useLink } from '../../api'
import { useGate } from '../../stores/gate'
import { useLog } from '../../stores/log'
import { usePackets } from '../../stores/packets'

/**
 * Step mode of this screen: on the links of the clients the filter names, else on all. What is held where the filter
 * does not look would stop time without being seen, so it is counted.
 */
export function useStep() {
  const link = useLink()
  const log = useLog()
  const gate = useGate()
  const packets = usePackets()
  /** Clients whose links alone were gated here. */
  const clients = shallowRef<readonly string[]>([])

  const setClients = (ids: readonly string[], on: boolean): Promise<void> =>
    log.attempt(async () => {
      await Promise.all(ids.map((clientId) => link.api.setGate({ target: { clientId }, on })))
      clients.value = on ? ids : []
    })
  const on = computed(() => gate.on || clients.value.length > 0 || gate.held > 0)
  async function set(value: boolean): Promise<void> {
    const named = clientsInQuery(packets.filter)
    if (value) await (named.length > 0 ? setClients(named, true) : gate.set(true))
    else {
      if (clients.value.length > 0) await setClients(clients.value, false)
      if (gate.on || gate.held > 0) await gate.set(false)
    }
  }
  const heldHere = computed(() => packets.rows.filter((p) => p.fate === 'held').length)
  return reactive({
    on,
    set,
    /** Held packets that the filter leaves out. */
    unseen: computed(() => Math.max(0, gate.held - heldHere.value)),
  })
}
export type Step = ReturnType<typeof useStep>
