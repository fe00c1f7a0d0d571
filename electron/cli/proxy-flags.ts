import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../contract/duration'
import type { LinkInput, LossRule } from '../contract/link-config'
import type { LossyListenerInput } from '../contract/lossy-listener'
import { PACKET_TYPES, type PacketType } from '../contract/packet'
import type { ScenarioInput } from '../contract/scenario'
import type { MetricsFlags } from './metrics-output'

export interface ProxyFlags extends MetricsFlags {
  listen: ListenAt
  target: string
  link: 'radio' | 'tcp' | 'cut'
  loss?: LinkInput['loss']
  delay?: LinkInput['delay']
  bandwidth?: number
  cutEvery?: number
  duplicate?: number
  corrupt?: number
  reorder?: { p: number; by: number }
  partition?: Outage[]
  halfOpen?: number
  slowClose?: number
  restart?: Outage[]
  drop?: Drop[]
  recovery: 'none' | 'reconnect' | 'link'
  timeout: number
  clients: string
  seed: number
  ca?: string
  insecure?: boolean
  cert?: string
  key?: string
  json?: string
  pcap?: string
  record?: string
  page?: true
  pagePort?: number
}

/** Ms after the start, and how many. */
export interface Outage {
  at: number
  for: number
}

export interface ListenAt {
  kind: 'tcp' | 'ws' | 'tls' | 'wss'
  host: string
  port: number
}

/** Packets that are lost by name. */
export interface Drop {
  rule: LossRule
  /** Both where it is not said. */
  direction: 'uplink' | 'downlink' | null
  clients: string
}

const KINDS = { mqtt: 'tcp', ws: 'ws', mqtts: 'tls', wss: 'wss' } as const
const LISTEN =
  'expected [HOST:]PORT such as 1884 or 127.0.0.1:1884, or mqtt://, mqtts://, ws:// or wss:// before it'

export function listenAt(text: string): ListenAt {
  const found = /^(?:(mqtts?|wss?):\/\/)?(?:(\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+):)?(\d{1,5})\/?$/.exec(text)
  const port = Number(found?.[3])
  if (!found || port > 65_535) throw new InvalidArgumentError(LISTEN)
  const kind = KINDS[(found[1] ?? 'mqtt') as keyof typeof KINDS]
  return { kind, host: (found[2] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port }
}

/** A chance as `20%` or `0.2`. */
export function chance(text: string): number {
  const found = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text.trim())
  const value = found ? Number(found[1]) / (found[2] === '%' ? 100 : 1) : NaN
  if (value <= 1) return value
  throw new InvalidArgumentError('expected a share such as 20% or 0.2, at most 100%')
}

const duration = (text: string): number => parseDuration(text) ?? NaN

/** `0s 20ms, 30s 400ms`: what holds from which time on; undefined for a text without a time. */
function steps<T>(text: string, read: (value: string) => T): { at: number; value: T }[] | undefined {
  const found = text.split(',').map((step) => /^(\S+)\s+(\S+)$/.exec(step.trim()))
  if (found.length === 1 && !found[0]) return undefined
  return found.map((f) => {
    const at = duration(f?.[1] ?? '')
    if (!f || Number.isNaN(at)) throw new InvalidArgumentError("expected a schedule such as '0s 5%, 30s 50%'")
    return { at, value: read(f[2] as string) }
  })
}

/** A chance, or what it is from which time on: `0s 0%, 30s 50%`. */
export function lossText(text: string): NonNullable<LinkInput['loss']> {
  const schedule = steps(text, chance)
  if (!schedule) return chance(text)
  return { model: 'schedule', steps: schedule.map(({ at, value }) => ({ at, p: value })) }
}

/** A duration, or what it is from which time on: `0s 20ms, 30s 400ms`. */
export function delayText(text: string): NonNullable<LinkInput['delay']> {
  const read = (value: string): number => {
    const ms = duration(value)
    if (!Number.isNaN(ms)) return ms
    throw new InvalidArgumentError(
      "expected a duration such as 40ms, or a schedule such as '0s 20ms, 30s 400ms'",
    )
  }
  const schedule = steps(text, read)
  if (!schedule) return read(text)
  return { model: 'schedule', steps: schedule.map(({ at, value }) => ({ at, ms: value })) }
}

/** `5% by 300ms`. */
export function reorderText(text: string): { p: number; by: number } {
  const found = /^(\S+)\s+by\s+(\S+)$/.exec(text.trim())
  const by = duration(found?.[2] ?? '')
  if (!found || Number.isNaN(by)) throw new InvalidArgumentError("expected such as '5% by 300ms'")
  return { p: chance(found[1] as string), by }
}

/** Adds one `30s for 10s` to those before. */
export function outageText(text: string, before: Outage[] = []): Outage[] {
  const found = /^(\S+)\s+for\s+(\S+)$/.exec(text.trim())
  const outage = { at: duration(found?.[1] ?? ''), for: duration(found?.[2] ?? '') }
  if (!(outage.at >= 0 && outage.for > 0)) throw new InvalidArgumentError("expected such as '30s for 10s'")
  return [...before, outage]
}

const DROP = "expected such as 'PUBACK to sensor-* every 3', 'PUBLISH from pump next 1' or 'PUBREL nth 2,5'"

/** Adds one `--drop` to those before. */
export function dropText(text: string, before: Drop[] = []): Drop[] {
  const found = /^([A-Z]+)(?:\s+(to|from)\s+(\S+))?(?:\s+(every|next|nth)\s+(\d+(?:,\d+)*))?$/.exec(
    text.trim(),
  )
  const type = found?.[1] as PacketType | undefined
  if (!found || type === undefined || !PACKET_TYPES.includes(type)) throw new InvalidArgumentError(DROP)
  const numbers = (found[5] ?? '1').split(',').map(Number)
  const [n = 0] = numbers
  const way = found[4] ?? 'every'
  if (numbers.some((x) => x < 1) || (way !== 'nth' && numbers.length > 1))
    throw new InvalidArgumentError(DROP)
  const which = way === 'nth' ? { nth: numbers } : way === 'next' ? { next: n } : { every: n }
  const direction = { to: 'downlink', from: 'uplink' } as const
  return [
    ...before,
    {
      rule: { type, ...which },
      direction: found[2] === undefined ? null : direction[found[2] as 'to' | 'from'],
      clients: found[3] ?? '*',
    },
  ]
}

/** The scenario that the flags describe: a broker elsewhere, one lossy listener, no devices. */
export function proxyScenario(flags: ProxyFlags): ScenarioInput {
  const { listen, target, drop = [], clients, seed, ca, insecure, cert, key } = flags
  const link = linkOf(flags, [])
  const patterns = [...new Set(drop.map((d) => d.clients))]
  const special = patterns.map((pattern) => ({
    clients: pattern,
    link: linkOf(
      flags,
      drop.filter((d) => d.clients === pattern || d.clients === '*'),
    ),
  }))
  const listener: LossyListenerInput = {
    ...listen,
    clients,
    link,
    special,
    ...(cert && { certFile: cert }),
    ...(key && { keyFile: key }),
    ...(flags.restart && { restarts: flags.restart }),
  }
  return {
    version: 1,
    name: 'proxy',
    seed,
    broker: {
      kind: 'external',
      url: target,
      insecure: insecure ?? false,
      listeners: [listener],
      ...(ca && { caFile: ca }),
    },
  }
}

type RealLink = NonNullable<LossyListenerInput['link']>

function linkOf(flags: ProxyFlags, drops: readonly Drop[]): RealLink {
  const { link, loss = 0, delay = 0, bandwidth, cutEvery, recovery, timeout } = flags
  const faults = faultsOf(flags)
  const side = (direction: 'uplink' | 'downlink'): Pick<LinkInput, 'loss'> => {
    const rules = drops.filter((d) => d.direction === null || d.direction === direction).map((d) => d.rule)
    return { loss: rules.length > 0 ? { model: 'rule', rules } : loss }
  }
  return {
    kind: link,
    delay,
    recovery: { mode: recovery, timeout },
    ...(bandwidth !== undefined && { bandwidth }),
    ...(cutEvery !== undefined && { cut: { every: cutEvery } }),
    ...(faults && { faults }),
    uplink: side('uplink'),
    downlink: side('downlink'),
  }
}

function faultsOf(flags: ProxyFlags): RealLink['faults'] {
  const { duplicate, corrupt, reorder, partition, halfOpen, slowClose } = flags
  const faults = {
    ...(duplicate !== undefined && { duplicate }),
    ...(corrupt !== undefined && { corrupt }),
    ...(reorder && { reorder }),
    ...(partition && { partitions: partition }),
    ...(halfOpen !== undefined && { halfOpen }),
    ...(slowClose !== undefined && { slowClose }),
  }
  return Object.keys(faults).length > 0 ? faults : undefined
}
