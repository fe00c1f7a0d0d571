// @vitest-environment happy-dom
import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { afterEach, expect, test } from 'vitest'
import { defineComponent, h, ref, shallowRef } from 'vue'
import { commands } from '../../../electron/contract/commands'
import { ApiError } from '../../../electron/contract/errors'
import { issueDetails } from '../../../electron/contract/issues'
import { linkSchema, type LinkInput } from '../../../electron/contract/link-config'
import LinkOptions from '../../../renderer/features/lab/LinkOptions.vue'
import { groupForm } from '../../../renderer/features/lab/scenario-forms'
import { i18n } from '../../../renderer/i18n'
import { provideNotes } from '../../../renderer/ui/schema/notes'
import SchemaForm from '../../../renderer/ui/schema/SchemaForm.vue'

enableAutoUnmount(afterEach)

/** A form of state and answers that keeps what is put, as the engine would. */
function formOf(value: Record<string, unknown>) {
  const now = shallowRef(value)
  const errors = ref<Record<string, string>>({})
  const Host = defineComponent(() => {
    provideNotes({ errors, hints: ref({ set: ['power', 'commands'] }) })
    const put = (key: string, v: unknown): void => void (now.value = { ...now.value, [key]: v })
    return () =>
      h(TooltipProvider, () =>
        h(SchemaForm, { fields: groupForm('answering', 4), value: now.value, path: '', onChange: put }),
      )
  })
  const host = mount(Host, { attachTo: document.body, global: { plugins: [i18n] } })
  const field = (label: string) => host.find(`input[aria-label="${label}"]`)
  return {
    now,
    errors,
    field,
    click: (label: string) => host.find(`button[aria-label="${label}"]`).trigger('click'),
    async type(label: string, text: string): Promise<void> {
      await field(label).setValue(text)
      await field(label).trigger('keydown.enter')
      await flushPromises()
    },
    text: () => host.text(),
  }
}

test('state is set by name and kind, and the last value that goes takes the state with it', async () => {
  const form = formOf({ state: { power: 'off', commands: 0, on: true } })
  await form.type('State: power', 'on')
  await form.type('State: commands', '12')
  expect(form.now.value['state']).toEqual({ power: 'on', commands: 12, on: true })
  await form.type('State: commands', 'many')
  expect(form.field('State: commands').attributes('aria-invalid')).toBe('true')
  await form.click('Add: State')
  await form.type('State: Name', 'level')
  expect(form.now.value['state']).toEqual({ power: 'on', commands: 12, on: true, level: 0 })
  for (const name of ['power', 'commands', 'on', 'level']) await form.click(`Remove: ${name}`)
  expect(form.now.value['state']).toBeUndefined()
})

test('an answer is added ready to run, and what is wrong with it stands at its field', async () => {
  const form = formOf({})
  await form.click('Add: Answers')
  expect(form.now.value['answers']).toEqual([
    { on: '{id}/set', reply: { topic: '{id}/state', payload: '{payload}' } },
  ])
  await form.type('Payload', 'on {payload.power}')
  expect(form.now.value['answers']).toMatchObject([{ reply: { payload: 'on {payload.power}' } }])
  form.errors.value = { 'answers.0.reply.topic': 'found "a/#"; expected a topic name' }
  await flushPromises()
  expect(form.field('Topic').attributes('aria-invalid')).toBe('true')
  expect(form.field('Topic filter').attributes('aria-invalid')).toBeUndefined()
  expect(form.text()).toContain('expected a topic name')
})

test('a new value that adds and a delay of a kind are shown beside their kind', async () => {
  const delay = { model: 'constant', ms: 250 }
  const form = formOf({ answers: [{ on: 'a', delay, set: { commands: { add: 1 } } }] })
  await form.type('New values: commands', '5')
  await form.type('Delay', '1.5s')
  expect(form.now.value['answers']).toEqual([
    { on: 'a', delay: { model: 'constant', ms: 1500 }, set: { commands: { add: 5 } } },
  ])
})

test('what the engine refuses of a link stands at its field, also within a kind of loss', async () => {
  const sent: LinkInput[] = []
  const apply = (patch: LinkInput): Promise<void> => {
    sent.push(patch)
    const read = commands.setLink.args.safeParse({ target: 'all', patch }, { reportInput: true })
    return read.success
      ? Promise.resolve()
      : Promise.reject(new ApiError('bad-request', 'setLink', issueDetails(read.error.issues)))
  }
  const rule = { type: 'PUBACK', every: 3 } as const
  const link = linkSchema.parse({ loss: { model: 'rule', rules: [rule] } })
  const options = () => h(LinkOptions, { link, disabled: false, apply })
  const form = mount(() => h(TooltipProvider, options), {
    attachTo: document.body,
    global: { plugins: [i18n] },
  })
  form.findAll('details').forEach((d) => ((d.element as HTMLDetailsElement).open = true))
  await form.find('details').trigger('toggle')
  const rate = form.find('input[aria-label="Bits /s"]')
  await rate.setValue('0')
  await rate.trigger('keydown.enter')
  await flushPromises()
  const alerts = () => form.findAll('p[role=alert]').map((p) => p.text())
  expect(sent).toHaveLength(1)
  expect(rate.attributes('aria-invalid')).toBe('true')
  expect(form.findAll('[aria-invalid=true]')).toHaveLength(1)
  expect(alerts()).toEqual(['uplink.bandwidth: found 0; expected a number above 0'])

  await form.find('button[aria-label="Remove: Rules 1"]').trigger('click')
  await flushPromises()
  expect(rate.attributes('aria-invalid')).toBeUndefined()
  expect(alerts()).toEqual(['uplink.loss.rules: found []; expected a list of at least 1 item'])
  expect(form.find('fieldset small').text()).toBe('found []; expected a list of at least 1 item')
})
