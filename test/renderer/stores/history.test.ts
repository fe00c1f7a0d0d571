import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { useHistory } from '../../../renderer/stores/history'

/** A number that edits change, each edit keeping the value before. */
function rig() {
  const history = useHistory()
  const state = { value: 0 }
  const set = (to: number, key = `set:${to}`, at?: number): void => {
    const before = state.value
    const put = (v: number) => () => Promise.resolve((state.value = v))
    state.value = to
    history.record({ key, undo: put(before), redo: put(to) }, at)
  }
  return { history, state, set }
}

beforeEach(() => setActivePinia(createPinia()))

describe('history', () => {
  it('undoes and redoes in order', async () => {
    const { history, state, set } = rig()
    set(1)
    set(2)
    await history.undo()
    expect(state.value).toBe(1)
    await history.undo()
    expect([state.value, history.canUndo]).toEqual([0, false])
    await history.redo()
    await history.redo()
    expect([state.value, history.canRedo]).toEqual([2, false])
  })

  it('counts quick edits of one thing as one, and slow ones apart', async () => {
    const { history, state, set } = rig()
    set(1, 'loss', 0)
    set(2, 'loss', 100)
    set(3, 'loss', 5000)
    await history.undo()
    expect(state.value).toBe(2)
    await history.undo()
    expect([state.value, history.canUndo]).toEqual([0, false])
  })

  it('forgets what was undone once something new is done', async () => {
    const { history, set } = rig()
    set(1)
    await history.undo()
    set(5)
    expect(history.canRedo).toBe(false)
  })

  it('takes a bulk change back as one', async () => {
    const { history, state, set } = rig()
    await history.asOne('bulk', () => {
      set(1)
      set(2)
      set(3)
      return Promise.resolve()
    })
    await history.undo()
    expect([state.value, history.canUndo]).toEqual([0, false])
    await history.redo()
    expect(state.value).toBe(3)
  })

  it('keeps the edit when taking it back fails', async () => {
    const { history } = rig()
    history.record({ key: 'x', undo: () => Promise.reject(new Error('no')), redo: () => Promise.resolve() })
    await expect(history.undo()).rejects.toThrow('no')
    expect([history.canUndo, history.canRedo]).toEqual([true, false])
  })
})
