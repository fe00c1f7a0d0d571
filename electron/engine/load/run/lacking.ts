import type { LoadConfig } from '../../../contract/load-config'
import { topologyKind } from '../../../contract/load-fields'
import type { Connack } from '../wire/frames'
import { retainProblem } from '../wire/publish-side'

/**
 * What the broker says that it cannot do and the run needs, or null.
 * @param filters what a subscriber of the run subscribes to
 */
export function lacking(
  config: LoadConfig,
  ack: Pick<Connack, 'retains' | 'sharedSubscriptions' | 'wildcards'>,
  filters: readonly string[],
): string | null {
  const problem = retainProblem(ack, config.retain)
  if (problem !== null || config.subscribers === 0) return problem
  const kind = topologyKind(config)
  if (kind === 'shared-subscription' && !ack.sharedSubscriptions) {
    return 'the broker offers no shared subscriptions, which --topology shared-subscription needs'
  }
  const wild = filters.find((f) => /[+#]/.test(f))
  return wild !== undefined && !ack.wildcards
    ? `the broker offers no wildcard subscriptions, which --topology ${kind} needs here: ${wild}`
    : null
}
