import type { HostInfo } from '../../contract/api'
import { maskedUrls } from '../../contract/load-url'
import type { Scenario } from '../../contract/scenario'

/** The scenario as a page is told it: a pupil's page gets an external broker's address without the secrets of its query. */
export function toldScenario(scenario: Scenario, { viewer }: Pick<HostInfo, 'viewer'>): Scenario {
  const { broker } = scenario
  if (viewer === undefined || broker.kind !== 'external') return scenario
  return { ...scenario, broker: { ...broker, url: maskedUrls(broker.url) } }
}
