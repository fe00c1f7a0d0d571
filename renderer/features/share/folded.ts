import { ref, watch, type Ref, type WatchSource } from 'vue'

/**
 * Whether only the question is shown of a vote that has ended: it is so once the class goes on, to the run of the lesson
 * or elsewhere, until another round begins or this one is opened or ended. While a picture needs the room it is so from the
 * beginning of a round, and an open one is unfolded when the picture has gone.
 * @param picture whether there is one that does
 */
export function useFolded(
  vote: () => { round: number; open: boolean } | null,
  goesOn: WatchSource[],
  picture: () => boolean = () => false,
): Ref<boolean> {
  const folded = ref(picture())
  watch(goesOn, () => {
    if (vote()?.open === false) folded.value = true
  })
  watch([() => vote()?.round, () => vote()?.open], () => (folded.value = picture()))
  watch(picture, (there) => {
    if (there || vote()?.open === true) folded.value = there
  })
  return folded
}

/**
 * Puts a vote that has ended away on a pupil's page once the class is on another screen or lesson: its question is about what
 * is no longer shown. A run of the same lesson answers it, and so leaves it.
 * @param place where the class is; null while nothing is known of it
 */
export function useLeftBehind(
  vote: () => { round: number; open: boolean } | null,
  place: () => string | null,
  putAway: (round: number) => void,
): void {
  watch(place, (_now, before) => {
    const ended = vote()
    if (before !== null && ended?.open === false) putAway(ended.round)
  })
}
