// @vitest-environment happy-dom
import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import { getActivePinia } from 'pinia'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Component } from 'vue'
import type { TopicPage, TopicRow } from '../../../electron/contract/model'
import QueryBox from '../../../renderer/features/handshakes/QueryBox.vue'
import NarrationList from '../../../renderer/features/lessons/NarrationList.vue'
import TopicTree from '../../../renderer/features/traffic/TopicTree.vue'
import { i18n } from '../../../renderer/i18n'
import { usePackets } from '../../../renderer/stores/packets'
import { useTopicDetail } from '../../../renderer/stores/topic-detail'
import { useTopics } from '../../../renderer/stores/topics'
import NumberInput from '../../../renderer/ui/NumberInput.vue'
import Segmented from '../../../renderer/ui/Segmented.vue'
import { connectedStores, eventually } from '../stores/harness'

enableAutoUnmount(afterEach)

/** Mounts in the document, where the focus can be. */
function shown(component: Component, props: Record<string, unknown> = {}) {
  const pinia = getActivePinia()
  return mount(component, {
    props,
    attachTo: document.body,
    global: { plugins: pinia ? [i18n, pinia] : [i18n] },
  })
}

describe('one of a few', () => {
  const options = ['radio', 'tcp', 'cut'].map((value) => ({ value, label: value }))
  async function group(modelValue: string) {
    const seg = shown(Segmented, { modelValue, options, label: 'Link' })
    await flushPromises()
    const items = seg.findAll('[role=radio]')
    const chosen = (): unknown[] => (seg.emitted('update:modelValue') ?? []).flat()
    const focus = (i: number): void => (items[i]?.element as HTMLElement).focus()
    return { items, chosen, focus }
  }

  it('a tap of an arrow key that is over at once chooses the next', async () => {
    const { items, chosen, focus } = await group('radio')
    focus(0)
    void items[0]?.trigger('keydown', { key: 'ArrowRight' })
    void items[0]?.trigger('keyup', { key: 'ArrowRight' })
    await flushPromises()
    expect(document.activeElement).toBe(items[1]?.element)
    expect(chosen()).toEqual(['tcp'])
  })

  it('a key that is held chooses once', async () => {
    const { items, chosen, focus } = await group('cut')
    focus(2)
    await items[2]?.trigger('keydown', { key: 'ArrowRight' })
    await flushPromises()
    await flushPromises()
    expect(chosen()).toEqual(['radio'])
    expect(document.activeElement).toBe(items[0]?.element)
  })

  it('the focus alone chooses nothing, and what is chosen is not chosen again', async () => {
    const { items, chosen, focus } = await group('radio')
    focus(1)
    await items[0]?.trigger('click')
    expect(chosen()).toEqual([])
    await items[2]?.trigger('click')
    expect(chosen()).toEqual(['cut'])
  })
})

describe('a number with its bounds', () => {
  it('what the engine refused is committed no more once the value of before is typed again', async () => {
    const number = shown(NumberInput, { modelValue: 5, label: 'Count', error: 'too many devices' })
    const input = number.get('input')
    await input.setValue('5')
    await input.trigger('keydown', { key: 'Enter' })
    // whoever refused the other one hears that it is gone
    expect(number.emitted('commit')).toEqual([[5]])
    await number.setProps({ error: null })
    await input.trigger('keydown', { key: 'Enter' })
    expect(number.emitted('commit')).toHaveLength(1)
  })

  it('is committed within them; otherwise what is wrong is said, and Escape takes it back', async () => {
    const number = shown(NumberInput, { modelValue: 5, label: 'Count', min: 1, max: 20, integer: true })
    const input = number.get('input')
    await input.setValue('21')
    await input.trigger('keydown', { key: 'Enter' })
    expect(number.emitted('commit')).toBeUndefined()
    expect(number.get('[role=alert]').text()).toBe('expected a whole number from 1 to 20')
    await input.setValue('2.5')
    await input.trigger('keydown', { key: 'Enter' })
    expect(input.attributes('aria-invalid')).toBe('true')
    await input.trigger('keydown', { key: 'Escape' })
    expect(input.element.value).toBe('5')
    expect(number.find('[role=alert]').exists()).toBe(false)
    await input.setValue(' 7 ')
    await input.trigger('keydown', { key: 'Enter' })
    expect(number.emitted('commit')).toEqual([[7]])
  })

  it('steps with the arrow keys up to a bound, by ten with Shift', async () => {
    const number = shown(NumberInput, { modelValue: 15, label: 'Count', min: 1, max: 20 })
    const input = number.get('input')
    await input.trigger('keydown', { key: 'ArrowUp' })
    await input.trigger('keydown', { key: 'ArrowUp', shiftKey: true })
    await number.setProps({ modelValue: 20 })
    await input.trigger('keydown', { key: 'ArrowUp' })
    expect(number.emitted('commit')).toEqual([[16], [20]])
  })

  it('does not change under the hands of who types', async () => {
    const number = shown(NumberInput, { modelValue: 5, label: 'Count' })
    const input = number.get('input')
    await input.trigger('focus')
    await input.setValue('12')
    await number.setProps({ modelValue: 6 })
    expect(input.element.value).toBe('12')
    await input.trigger('blur')
    expect(number.emitted('commit')).toEqual([[12]])
  })
})

describe('the packet filter', () => {
  it('completes by keyboard, applies with Enter, and says what it cannot read', async () => {
    await connectedStores()
    const packets = usePackets()
    const box = shown(QueryBox)
    const input = box.get('input')
    await input.setValue('ty')
    await input.trigger('keydown', { key: 'ArrowDown' })
    const active = box.get('[role=option][aria-selected=true]').text()
    await input.trigger('keydown', { key: 'Enter' })
    await flushPromises()
    expect(input.element.value).toBe(active)
    await input.setValue('type:PUBACK')
    await input.trigger('keydown', { key: 'Escape' })
    await input.trigger('keydown', { key: 'Enter' })
    await eventually(() => expect(packets.filter).toBe('type:PUBACK'))
    await input.setValue('type:PUBLICATION')
    await input.trigger('blur')
    expect(box.get('[role=alert]').text()).toContain('PUBLICATION')
    expect(packets.filter).toBe('type:PUBACK')
    await box.get('button').trigger('click')
    expect(packets.filter).toBe('')
    expect(box.find('[role=alert]').exists()).toBe(false)
  })
})

describe('the topic tree', () => {
  const row = (path: string, branch = false): TopicRow => ({
    path,
    level: path.split('/').at(-1) ?? '',
    depth: path.split('/').length - 1,
    branch,
    open: branch,
    leaf: !branch,
    topicsBelow: 0,
    messages: 1,
    rate: 1,
    bytesPerSecond: 10,
    spark: [],
    qos: 1,
    payload: null,
    retained: false,
    matched: false,
  })
  const pageOf = (rows: TopicRow[]): TopicPage => ({
    offset: 0,
    totalRows: rows.length,
    totalTopics: rows.length,
    matchedTopics: 0,
    dropped: 0,
    rows,
  })

  it('keeps the row the user is on while topics come above it, and walks as a tree', async () => {
    await connectedStores()
    const topics = useTopics()
    topics.page = pageOf([row('home', true), row('home/b'), row('home/c')])
    const tree = shown(TopicTree)
    const scroller = tree.get('[role=tree]')
    const active = (): string =>
      tree.find(`#${scroller.attributes('aria-activedescendant') ?? 'none'} .nm`).text()
    await scroller.trigger('keydown', { key: 'ArrowDown' })
    expect(active()).toBe('b')
    topics.page = pageOf([row('home', true), row('home/a'), row('home/b'), row('home/c')])
    await flushPromises()
    expect(active()).toBe('b')
    await scroller.trigger('keydown', { key: 'Enter' })
    expect(useTopicDetail().selected).toBe('home/b')
    await scroller.trigger('keydown', { key: 'ArrowLeft' })
    expect(active()).toBe('home')
    await scroller.trigger('keydown', { key: 'ArrowRight' })
    expect(active()).toBe('a')
  })
})

it('the sentence that has come true last is scrolled into view, whether it follows the others or takes their place', async () => {
  const seen: (string | null)[] = []
  vi.spyOn(Element.prototype, 'scrollIntoView').mockImplementation(function (this: Element) {
    seen.push(this.textContent)
  })
  const told = (...numbers: number[]) => ({
    sentences: numbers.map((n) => ({
      n,
      kind: 'packet',
      parts: [{ text: ` sentence ${n}`, strong: false }],
    })),
  })
  const list = shown(NarrationList, told(1))
  for (const numbers of [[1, 2], [3], [1]]) {
    await list.setProps(told(...numbers))
    await flushPromises()
  }
  // going back moves nothing
  expect(seen).toEqual(['1 sentence 1', '2 sentence 2', '3 sentence 3'])
})
