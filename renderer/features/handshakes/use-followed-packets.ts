import { onMounted } from 'vue'
import { whileFollowing } from '../../stores/class-view'
import { useFocus } from '../../stores/focus'
import { usePackets } from '../../stores/packets'

/** On a pupil's page that follows: the message, the filter and the place in the capture that the teacher looks at. */
export function useFollowedPackets(): void {
  const packets = usePackets()
  const focus = useFocus()
  // after the panes have chosen for themselves
  onMounted(() => {
    whileFollowing(
      (s) => s.packets.filter,
      (filter) => filter !== packets.filter && packets.setFilter(filter),
    )
    whileFollowing(
      ({ packets: { one, focus } }) => ({ one, subject: focus }),
      ({ one, subject }) => {
        focus.on = one
        if (one && subject) focus.open(subject)
      },
    )
    whileFollowing(
      ({ packets: { live, at } }) => ({ live, at }),
      ({ live, at }) => {
        if (live) packets.follow()
        else if (at === null) packets.pause()
        else void packets.goTo(at)
      },
    )
    whileFollowing((s) => s.packets.selected, packets.select)
  })
}
