import { expect, it, onTestFinished } from 'vitest'
import { CONTRACT_VERSION, type EngineApi } from '../../../electron/contract/api'
import { scenarioOf, testEngine } from '../../helpers/lab-run'
import { openPage, type Pushed } from '../../helpers/page'
import { until } from '../../helpers/until'

/** Everything of the scenario that a page can ask for or is pushed, as text. */
async function told(api: EngineApi, pushed: Pushed): Promise<string> {
  await api.setLoss({ p: 0.1 })
  await until(() => pushed.scenario.length > 0, 'the changed scenario')
  const file = await api.exportPcapng({ filter: '', run: true })
  const answers = await Promise.all([
    api.hello({ contract: CONTRACT_VERSION }),
    api.getScenario({}),
    api.scenarioText({ format: 'yaml' }),
    api.scenarioText({ format: 'json' }),
  ])
  return JSON.stringify([pushed, answers]) + Buffer.from(file.bytes).toString('latin1')
}

it('a pupil’s page is never told the secret in the address of an external broker, the host’s page is', async () => {
  const [other, engine] = [testEngine().engine, testEngine().engine]
  onTestFinished(async () => {
    await engine.close()
    await other.close()
  })
  await other.open(scenarioOf({ groups: [] }), null)
  const url = `${other.status().broker.listeners[0]?.url}/mqtt?token=s3cr3t`
  await engine.open(scenarioOf({ broker: { kind: 'external', url }, groups: [] }), null)
  const host = await openPage(engine)
  const pupil = await openPage(engine, false, 'Mina')
  onTestFinished(() => {
    host.close()
    pupil.close()
  })
  const known = await told(pupil.api, pupil.pushed)
  expect(known).toContain(url.replace('s3cr3t', '***'))
  expect(known).not.toContain('s3cr3t')
  expect(await told(host.api, host.pushed)).toContain(url)
})
