import { describe, expect, it } from 'vitest'
import { useHistory } from '../../../renderer/stores/history'
import { linksInUse, lossRange } from '../../../renderer/stores/link-summary'
import { useScenario } from '../../../renderer/stores/scenario'
import { connectedStores } from './harness'

async function rig() {
  return { ...(await connectedStores()), store: useScenario(), history: useHistory() }
}
const losses = (store: ReturnType<typeof useScenario>) =>
  store.scenario ? linksInUse(store.scenario).map((l) => lossRange([l]).max) : []

describe('scenario store', () => {
  it('changes a group and takes it back and again', async () => {
    const { scenario, store } = await rig()
    await store.updateGroup('Door locks', { count: 20 })
    expect(store.group('Door locks')?.count).toBe(20)
    expect(store.dirty).toBe(true)
    await store.undo()
    expect(store.group('Door locks')?.count).toBe(8)
    await store.redo()
    expect((await scenario()).groups[1]?.count).toBe(20)
  })

  it('takes a rename back under the new name', async () => {
    const { store } = await rig()
    await store.updateGroup('Door locks', { name: 'Gates' })
    expect(store.group('Door locks')).toBeUndefined()
    await store.undo()
    expect(store.group('Door locks')?.count).toBe(8)
  })

  it('brings a removed group back whole', async () => {
    const { store } = await rig()
    const before = store.group('Air quality')
    await store.removeGroup('Air quality')
    expect(store.group('Air quality')).toBeUndefined()
    await store.undo()
    expect(store.group('Air quality')).toEqual(before)
  })

  it('sets one loss for all links and gives each its own back', async () => {
    const { store } = await rig()
    const before = losses(store)
    expect(new Set(before)).toEqual(new Set([0.2, 0.05]))
    await store.setLoss(0.5)
    expect(new Set(losses(store))).toEqual(new Set([0.5]))
    await store.undo()
    expect(losses(store)).toEqual(before)
    expect(store.group('Door locks')?.link).toBeUndefined()
  })

  it('loses no key of a quick undo and redo', async () => {
    const { store } = await rig()
    const before = losses(store)
    const half = losses(store).map(() => 0.5)
    await Promise.all([store.setLoss(0.5), store.undo(), store.redo(), store.undo(), store.redo()])
    expect(losses(store)).toEqual(half)
    await Promise.all([store.undo(), store.redo(), store.undo()])
    expect(losses(store)).toEqual(before)
  })

  it('lets each of two quick edits know what the one before has made', async () => {
    const { store } = await rig()
    await store.setLoss(0.1)
    const more = () => store.setLoss((now) => lossRange(linksInUse(now)).max + 0.25)
    await Promise.all([more(), more()])
    expect(new Set(losses(store))).toEqual(new Set([0.6]))
  })

  it('makes an edit asked for in the midst of an undo after it, of all links', async () => {
    const { store } = await rig()
    await store.setLink('all', { kind: 'cut' })
    await Promise.all([store.undo(), store.setLoss(0.15)])
    expect(new Set(losses(store))).toEqual(new Set([0.15]))
    expect(store.scenario?.link.kind).toBe('radio')
  })

  it('takes a link of its own from a group that had none', async () => {
    const { store } = await rig()
    await store.setLink({ group: 'Door locks' }, { kind: 'tcp' })
    expect(store.linkOf('Door locks')?.kind).toBe('tcp')
    await store.undo()
    expect(store.group('Door locks')?.link).toBeUndefined()
  })

  it('records nothing when the engine refuses', async () => {
    const { store, history } = await rig()
    await expect(store.updateGroup('Door locks', { count: -1 })).rejects.toMatchObject({
      code: 'bad-request',
    })
    expect(history.canUndo).toBe(false)
    expect(store.group('Door locks')?.count).toBe(8)
  })

  it('opens a file, forgets the edits of the one before, and refuses a broken one by field', async () => {
    const { store, history } = await rig()
    await store.setLoss(0.3)
    await store.open('version: 1\nname: Tiny\nbroker: {kind: embedded, port: 0}\ngroups: []\n', 'tiny.yaml')
    expect(store.scenario?.name).toBe('Tiny')
    expect([history.canUndo, store.dirty]).toEqual([false, false])
    const bad = store.open('version: 1\nname: Bad\nseed: -3\n', 'bad.yaml')
    await expect(bad).rejects.toMatchObject({
      code: 'bad-scenario',
      details: [{ path: 'seed', found: '-3' }],
    })
    expect(store.scenario?.name).toBe('Tiny')
  })

  it('is clean again once its text was saved', async () => {
    const { store } = await rig()
    await store.updateGroup('Door locks', { count: 2 })
    expect(await store.text('yaml')).toContain('count: 2')
    expect(store.dirty).toBe(false)
  })

  it('keeps its edits over a lost connection', async () => {
    const { store, reconnect } = await rig()
    await store.updateGroup('Door locks', { count: 2 })
    await reconnect()
    expect(store.dirty).toBe(true)
    await store.undo()
    expect(store.group('Door locks')?.count).toBe(8)
  })
})
