import { expect, test } from 'vitest'
import { effectScope, nextTick, ref, shallowRef } from 'vue'
import { useFolded, useLeftBehind } from '../../../renderer/features/share/folded'

test('a vote that was folded stays so while its counts change, and unfolds for another round', async () => {
  const vote = shallowRef<{ round: number; open: boolean; votes: number } | null>(null)
  const page = ref('lesson')
  const scope = effectScope()
  const folded = scope.run(() => useFolded(() => vote.value, [page]))
  const after = async (change: () => void): Promise<boolean | undefined> => {
    change()
    await nextTick()
    return folded?.value
  }
  await after(() => (vote.value = { round: 1, open: true, votes: 2 }))
  expect(await after(() => (page.value = 'run'))).toBe(false)
  await after(() => (vote.value = { round: 1, open: false, votes: 2 }))
  expect(await after(() => (page.value = 'lesson'))).toBe(true)
  expect(await after(() => (vote.value = { round: 1, open: false, votes: 3 }))).toBe(true)
  expect(await after(() => (vote.value = { round: 2, open: true, votes: 0 }))).toBe(false)
  scope.stop()
})

test('a vote that has ended leaves a pupil’s page when the class goes to another screen or lesson', async () => {
  const vote = shallowRef<{ round: number; open: boolean } | null>({ round: 3, open: true })
  const place = ref<string | null>(null)
  const away: number[] = []
  const scope = effectScope()
  scope.run(() =>
    useLeftBehind(
      () => vote.value,
      () => place.value,
      (round) => away.push(round),
    ),
  )
  const go = async (to: string): Promise<void> => {
    place.value = to
    await nextTick()
  }
  await go('lessons qos-0')
  await go('lessons qos-2')
  expect(away).toEqual([])
  vote.value = { round: 3, open: false }
  await nextTick()
  expect(away).toEqual([])
  await go('handshakes ')
  expect(away).toEqual([3])
  scope.stop()
})

test('while a picture needs the room, a vote is one line high from its beginning, until it is unfolded', async () => {
  const vote = ref({ round: 1, open: true })
  const picture = ref(false)
  const scope = effectScope()
  const folded = scope.run(() =>
    useFolded(
      () => vote.value,
      [],
      () => picture.value,
    ),
  )
  if (!folded) throw new Error('no scope')
  expect(folded.value).toBe(false)
  picture.value = true
  await nextTick()
  expect(folded.value).toBe(true)
  folded.value = false
  vote.value = { round: 2, open: true }
  await nextTick()
  expect(folded.value).toBe(true)
  picture.value = false
  vote.value = { round: 3, open: true }
  await nextTick()
  expect(folded.value).toBe(false)
  scope.stop()
})
