import { expect, it } from 'vitest'
import { issueDetails } from '../../electron/contract/issues'
import { loadSchema } from '../../electron/contract/load-config'
import { scenarioSchema } from '../../electron/contract/scenario'

function refused(group: object, more: object = {}): string[] {
  const value = { version: 1, name: 'x', groups: [{ name: 'a', ...group }], ...more }
  const parsed = scenarioSchema.safeParse(value, { reportInput: true })
  return issueDetails(parsed.error?.issues ?? []).map((d) => `${d.path}: found ${d.found}; ${d.expected}`)
}

it.each([
  [{ publishes: [{ topic: 'a', qos: 3 }] }, {}, 'groups.0.publishes.0.qos: found 3; expected 0, 1 or 2'],
  [{ publishes: [{ topic: 'a', rate: NaN }] }, {}, 'groups.0.publishes.0.rate: found NaN; expected a number'],
  [{ count: 0 }, {}, 'groups.0.count: found 0; expected a number of at least 1'],
  [{ idd: 1 }, {}, 'groups.0.idd: found 1; unknown field'],
  [{}, { link: { loss: 1.5 } }, 'link.loss: found 1.5; expected a number of at most 1'],
  [{}, { link: { loss: 'x' } }, 'link.loss: found "x"; expected number or object'],
  [{}, { broker: { kind: 'moon' } }, 'broker.kind: found "moon"; expected embedded or external'],
  [
    {},
    { link: { delay: '10parsec' } },
    'link.delay: found "10parsec"; expected a duration such as 250ms, 1.5s, 2m or a number of milliseconds',
  ],
  [
    {},
    { link: { loss: { model: 'coin' } } },
    'link.loss.model: found "coin"; expected none, independent, gilbert-elliott, rule or schedule',
  ],
  [{ ['x'.repeat(9000)]: 1 }, {}, `groups.0.${'x'.repeat(80)}…: found 1; unknown field`],
])('names the field, what was found and what is allowed: %j %j', (group, more, line) => {
  expect(refused(group, more)).toEqual([line])
})

it('has one line for each field that does not exist', () => {
  expect(refused({ idd: 1, colour: 'red' })).toEqual([
    'groups.0.idd: found 1; unknown field',
    'groups.0.colour: found "red"; unknown field',
  ])
})

it.each([
  [{ wsHeaders: ['X Api Key: s3cr3t'] }],
  [{ wsHeaders: Array.from({ length: 21 }, () => 'X-Api-Key: s3cr3t') }],
  [{ wsHeaders: 'Authorization Bearer s3cr3t' }],
  [{ wsHeaders: [{ Authorization: 's3cr3t' }] }],
  [{ password: 's3cr3t' }],
  [{ userProperties: ['token: s3cr3t'] }],
  [{ userProperties: 'token=s3cr3t' }],
  [{ userProperties: Array.from({ length: 21 }, () => 'token=s3cr3t') }],
  [{ userProperty: ['token=s3cr3t'] }],
  [{ populations: ['{"name": "a", "userProperties": ["token=s3cr3t"]'] }],
  [{ populations: [String.raw`{"userProperties": ["token=ab\"s3cr3t"]}`] }],
  [{ populations: ['{"userProperties": ["token s3cr3t"'] }],
  [{ populations: { userProperties: ['token=s3cr3t'] } }],
  [{ executor: { kind: 'max', token: 's3cr3t' } }],
])('shows no secret of %j', (input) => {
  const parsed = loadSchema.safeParse({ url: 'ws://h', ...input }, { reportInput: true })
  const details = issueDetails(parsed.error?.issues ?? [])
  expect(details.length).toBeGreaterThan(0)
  expect(details.map((d) => d.found).join()).toContain('***')
  expect(JSON.stringify(details)).not.toContain('s3cr3t')
})
