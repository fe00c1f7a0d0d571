import { ref, watch, type Ref, type WatchSource } from 'vue'

/**
 * Whether only the question is shown of a vote that has ended: it is so once the class goes on, to the run of the lesson
 * or elsewhere, until another round begins or this one is opened or ended.
 */
export function useFolded(
  vote: () => { round: number; open: boolean } | null,
  goesOn: WatchSource[],
): Ref<boolean> {
  const folded = ref(false)
  watch(goesOn, () => {
    if (vote()?.open === false) folded.value = true
  })
  watch([() => vote()?.round, () => vote()?.open], () => (folded.value = false))
  return folded
}
