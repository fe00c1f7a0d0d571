import type { z } from 'zod'
import { linkSchema, realLinkSchema, type LinkConfig, type LinkInput } from '../../contract/link-config'

type Shared = Pick<LinkInput, 'loss' | 'delay' | 'bandwidth'>

/**
 * A link changed by a patch as a file would spell it: what the patch does not name stays.
 * @throws ZodError when the patch is not part of a valid link
 */
export function mergeLink(current: LinkConfig, patch: LinkInput): LinkConfig {
  const { loss, delay, bandwidth, uplink, downlink, recovery, tcp, cut, ...rest } = patch
  const both = Object.fromEntries(
    Object.entries({ loss, delay, bandwidth }).filter(([, value]) => value !== undefined),
  ) as Shared
  return linkSchema.parse({
    ...current,
    ...rest,
    recovery: { ...current.recovery, ...recovery },
    tcp: { ...current.tcp, ...tcp },
    cut: { ...current.cut, ...cut },
    uplink: { ...current.uplink, ...both, ...uplink },
    downlink: { ...current.downlink, ...both, ...downlink },
  })
}

/**
 * The same for the link of a real client: a patch that makes all clients resend leaves what recovers a packet there.
 * @throws ZodError when the patch is not part of a valid link
 */
export function mergeRealLink(current: LinkConfig, patch: LinkInput): z.output<typeof realLinkSchema> {
  const { recovery, ...rest } = patch
  const mine = recovery?.mode === 'retry' ? { ...recovery, mode: current.recovery.mode } : recovery
  return realLinkSchema.parse(mergeLink(current, mine ? { ...rest, recovery: mine } : rest))
}
