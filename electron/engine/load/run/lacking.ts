import type { LoadConfig } from '../../../contract/load-config'
import { topologyKind } from '../../../contract/load-fields'
import type { Connack } from '../wire/frames'

/**
 * What the broker says that it cannot do and the run needs, or null.
 * @param filters what a subscriber of the run subscribes to
 */
export function lacking(
  config: LoadConfig,
  ack: Pick<Connack, 'retains' | 'sharedSubscriptions' | 'wildcards'>,
  filters: readonly string[],
): string | null {
  if (config.retain && !ack.retains) return 'the broker keeps no retained messages, which --retain needs'
  if (config.subscribers === 0) return null
  const kind = topologyKind(config)
  if (kind === 'shared-subscription' && !ack.sharedSubscriptions) {
    return 'the broker offers no shared subscriptions, which --topology shared-subscription needs'
  }
  const wild = filters.find((f) => /[+#]/.test(f))
  return wild !== undefined && !ack.wildcards
    ? `the broker offers no wildcard subscriptions, which --topology ${kind} needs here: ${wild}`
    : null
}
