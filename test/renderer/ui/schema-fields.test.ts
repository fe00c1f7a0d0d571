import { expect, test } from 'vitest'
import { brokerSchema, groupSchema } from '../../../electron/contract/scenario'
import { fieldsOf, pairsText, readPairs, type Field } from '../../../renderer/ui/schema/fields'

const brief = (f: Field): string =>
  `${f.key}${f.optional ? '?' : ''}: ${'fields' in f ? `${f.kind}(${f.fields.map(brief).join(', ')})` : f.kind}`

test('a schema says what its form is made of', () => {
  const group = fieldsOf(groupSchema, ['protocol', 'clean', 'keepAlive', 'receiveMaximum', 'will', 'link'])
  // a link has an editor of its own
  expect(group.map(brief)).toEqual([
    'clean: switch',
    'keepAlive: duration',
    'protocol: choice',
    'receiveMaximum?: number',
    'will?: object(topic: text, payload: text, qos: choice, retain: switch, delay?: duration)',
  ])
  expect(group[3]).toMatchObject({ integer: true, min: 1, max: 65_535 })
  const [embedded, external] = brokerSchema.options
  expect(fieldsOf(embedded, ['tls', 'users']).map(brief)).toEqual([
    'tls?: object(port: number, certFile?: text, keyFile?: text, clientCaFile?: text)',
    'users?: list(username: text, passwordEnv: text, publish: lines, subscribe: lines)',
  ])
  expect(fieldsOf(external, ['certFile', 'serverName', 'insecure']).map(brief)).toEqual([
    'certFile?: text',
    'serverName?: text',
    'insecure: switch',
  ])
})

test('pairs are one a line, and a line without a name is no pair', () => {
  expect(readPairs('room: 4\n\nunit:°C: x')).toEqual({ room: '4', unit: '°C: x' })
  expect(pairsText({ room: '4' })).toBe('room: 4')
  expect(readPairs('room 4')).toBeNull()
})
