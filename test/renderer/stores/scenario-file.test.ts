// @vitest-environment happy-dom
import { expect, it } from 'vitest'
import { ApiError } from '../../../electron/contract/errors'
import { useApplyRun } from '../../../renderer/features/shell/use-apply-run'
import { useScenario } from '../../../renderer/stores/scenario'
import { runOf } from '../../../renderer/stores/scenario-edits'
import { useScenarioFile } from '../../../renderer/stores/scenario-file'
import { connectedStores, eventually } from './harness'

const unconfirmed = new ApiError('unconfirmed', 'not connected to broker.example.org (as ann)', [
  { path: 'host', found: 'broker.example.org', expected: 'a host that the user has allowed' },
  { path: 'username', found: 'ann', expected: 'the user name sent to it' },
])
const FILE = new File(['version: 1\nname: Far away\nbroker: {kind: embedded, port: 0}\n'], 'far.yaml')

async function asked() {
  const { calls, refuse, scenario } = await connectedStores()
  refuse.set('openScenario', unconfirmed)
  const file = useScenarioFile()
  file.offer(FILE)
  await eventually(() =>
    expect(file.askedHost).toMatchObject({ host: 'broker.example.org', username: 'ann' }),
  )
  const given = () => calls.map((c) => c.command).filter((c) => /^(allowHost|openScenario)$/.test(c))
  return { calls, scenario, file, given }
}

it('asks before a scenario connects to another machine, and opens it after the yes', async () => {
  const { calls, scenario, file, given } = await asked()
  expect(file.failure).toBeNull()
  await file.allowHost()
  expect(given()).toEqual(['openScenario', 'allowHost', 'openScenario'])
  expect(calls.find((c) => c.command === 'allowHost')?.argument).toEqual({
    host: 'broker.example.org',
  })
  expect([(await scenario()).name, file.askedHost]).toEqual(['Far away', null])
})

it('asks the same before settings or phases of a run are applied, which is no refusal', async () => {
  const { refuse, scenario } = await connectedStores()
  const now = await scenario()
  const told: unknown[] = []
  const apply = useApplyRun(
    () => told.push('done'),
    (thrown) => told.push(thrown),
  )
  refuse.set('setRun', unconfirmed)
  await apply({ ...runOf(now), name: 'By phases' })
  const file = useScenarioFile()
  expect([file.askedHost?.host, told]).toEqual(['broker.example.org', []])
  await file.allowHost()
  expect([useScenario().scenario?.name, told]).toEqual(['By phases', ['done']])
})

it('opens nothing after a no', async () => {
  const { scenario, file, given } = await asked()
  file.askedHost = null
  await file.allowHost()
  expect(given()).toEqual(['openScenario'])
  expect((await scenario()).name).not.toBe('Far away')
})
