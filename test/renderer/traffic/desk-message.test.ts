import { expect, test } from 'vitest'
import { MAX_DESK_PAYLOAD } from '../../../electron/contract/desk'
import { emptyDraft, readDraft, type Draft } from '../../../renderer/features/traffic/desk/desk-message'
import { messages } from '../../../renderer/i18n/messages'

const read = (part: Partial<Draft>) => readDraft({ ...emptyDraft(), topic: 'a/b', ...part })
const fault = (part: Partial<Draft>) => {
  const r = read(part)
  return r.ok ? 'none' : [r.fault.key, ...Object.values(r.fault.values)].join(' ')
}

test('a message is read in each form of its payload', () => {
  expect(read({ payload: '{"v": 1.0}' })).toEqual({
    ok: true,
    value: { topic: 'a/b', payload: '{"v": 1.0}', qos: 1, retain: false },
  })
  expect(read({ form: 'text', payload: 'not {json' })).toMatchObject({ value: { payload: 'not {json' } })
  expect(read({ form: 'hex', payload: '00 ff:1A\n2b' })).toMatchObject({
    value: { payload: new Uint8Array([0, 255, 26, 43]) },
  })
  const bytes = new Uint8Array([9])
  expect(read({ form: 'file', file: { name: 'x', bytes } })).toMatchObject({ value: { payload: bytes } })
})

test('properties are those that were filled in', () => {
  expect(
    read({ contentType: 'text/plain', userProperties: 'room: 4\n\nroom: a:b', messageExpiry: '0' }),
  ).toMatchObject({
    value: {
      properties: {
        contentType: 'text/plain',
        userProperties: [
          { name: 'room', value: '4' },
          { name: 'room', value: 'a:b' },
        ],
        messageExpiry: 0,
      },
    },
  })
  expect(read({ correlationData: '01a4', responseTopic: 'x/y' })).toMatchObject({
    value: { properties: { correlationData: new Uint8Array([1, 164]), responseTopic: 'x/y' } },
  })
})

test('what cannot be sent gets one line that names the place', () => {
  const faults = [
    [{ topic: '' }, 'noTopic'],
    [{ topic: 'a/+' }, 'topic'],
    [{ payload: '{\n"a":1\n' }, 'json 3 1'],
    [{ payload: '{"a":1,}' }, 'json 1 8'],
    [{ payload: 'nonsense' }, 'jsonAny'],
    [{ form: 'hex', payload: '0g' }, 'hex g'],
    [{ form: 'hex', payload: '000' }, 'hexOdd 3'],
    [{ form: 'file' }, 'noFile'],
    [{ form: 'file', file: { name: 'x', bytes: new Uint8Array(MAX_DESK_PAYLOAD + 1) } }, 'large'],
    [{ correlationData: 'zz' }, 'correlation'],
    [{ userProperties: 'a: 1\nb' }, 'userProperty 2'],
    [{ messageExpiry: '1.5' }, 'expiry 1.5'],
    [{ responseTopic: '#' }, 'responseTopic'],
  ] as const
  for (const [part, expected] of faults) expect(fault(part)).toBe(expected)
  const desk = messages.en['desk'] as { bad: Record<string, string> }
  for (const [, key] of faults) expect(desk.bad[key.split(' ')[0] ?? '']).toMatch(/\.$/)
})
