import { expect, test } from 'vitest'
import { effectScope, nextTick, ref, shallowRef } from 'vue'
import { useFolded } from '../../../renderer/features/share/folded'

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
