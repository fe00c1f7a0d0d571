import { SEAT_PATH } from '@contract/share'
import { watch } from 'vue'
import { useConnection } from '../../stores/connection'
import { LEFT_FRAGMENT } from './join/fragment'

/** A viewer who lost the connection may have lost the seat with it: then the join page says so. */
export function useSeat(): void {
  const connection = useConnection()
  watch(
    () => connection.state.phase,
    async (phase) => {
      if (phase !== 'lost' || connection.viewer === null) return
      try {
        const { status } = await fetch(SEAT_PATH, { cache: 'no-store' })
        if (status !== 401) return
      } catch {
        // The host cannot be reached at all; the page goes on trying to connect.
        return
      }
      location.hash = LEFT_FRAGMENT
      location.reload()
    },
  )
}
