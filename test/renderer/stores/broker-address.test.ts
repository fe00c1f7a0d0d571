import { expect, it, onTestFinished, vi } from 'vitest'
import { maskedUrls } from '../../../electron/contract/load-url'
import type { BrokerConfig } from '../../../electron/contract/scenario'
import { useBrokerAddress } from '../../../renderer/stores/broker-address'
import { useConnection } from '../../../renderer/stores/connection'
import { useScenario } from '../../../renderer/stores/scenario'
import { useStatus } from '../../../renderer/stores/status'
import { connectedStores } from './harness'

/** The stores with an external broker at this address; what is shown of it comes with the status. */
async function at(url: string): Promise<ReturnType<typeof useBrokerAddress>> {
  const { link } = await connectedStores()
  const [status, scenario] = [useStatus(), useScenario()]
  const address = useBrokerAddress()
  link.stop()
  // only a pupil's page looks where it came from
  vi.stubGlobal('location', { hostname: 'teacher.example' })
  onTestFinished(() => void vi.unstubAllGlobals())
  if (status.status === null || scenario.scenario === null) throw new Error('not connected')
  const broker: BrokerConfig = { kind: 'external', url, insecure: false, listeners: [] }
  scenario.scenario = { ...scenario.scenario, broker }
  const shown = { kind: 'external' as const, state: 'up' as const, listeners: [], note: null }
  status.status = { ...status.status, broker: { ...shown, url: maskedUrls(url) } }
  return address
}

it('copies the whole address of an external broker, with the secret that is not shown', async () => {
  const address = await at('ws://broker.example/mqtt?token=s3cr3t')
  expect(useStatus().brokerUrl).toBe('ws://broker.example/mqtt?token=***')
  expect(address.whole).toBe('ws://broker.example/mqtt?token=s3cr3t')
})

it('has no whole address on a pupil’s page, which is told it without the secret', async () => {
  const address = await at('ws://broker.example/mqtt?token=***')
  expect(address.whole).toBeNull()
})

it('copies an address without a secret as it is shown, on a pupil’s page, too', async () => {
  const address = await at('mqtt://broker.example:1884')
  expect(address.whole).toBe('mqtt://broker.example:1884')
  useConnection().host = { kind: 'web', readOnly: true, viewer: 'Mina' }
  expect(address.whole).toBe('mqtt://broker.example:1884')
})
