import type { LinkConfig } from '@contract/link-config'
import type { Scenario } from '@contract/scenario'
import { lossChance, meanDelayMs } from '../../stores/link-summary'

/** The link of a client, by the identifier patterns of the scenario's groups; null for a client from outside. */
export function linkOfClient(clientId: string, scenario: Scenario | null): LinkConfig | null {
  const group = scenario?.groups.find((g) => {
    const pattern = g.id.replaceAll('{group}', g.name).split('{n}')
    const [head = '', ...rest] = pattern
    if (rest.length === 0) return clientId === head
    const tail = rest.at(-1) ?? ''
    return clientId.startsWith(head) && clientId.endsWith(tail) && /^\d+$/.test(middle(clientId, head, tail))
  })
  return group && scenario ? (group.link ?? scenario.link) : null
}

const middle = (text: string, head: string, tail: string): string =>
  text.slice(head.length, text.length - tail.length)

export interface LinkFormat {
  kind: (k: LinkConfig['kind']) => string
  percent: (p: number) => string
  byRule: string
  ms: (ms: number) => string
}

/** The link in a few words, e.g. `radio, 20%, 40 ms`; both directions where they differ. */
export function linkNote(link: LinkConfig, f: LinkFormat): string {
  const loss = [link.uplink, link.downlink].map((d) => {
    const p = lossChance(d)
    return p === null ? f.byRule : f.percent(p)
  })
  const delay = [link.uplink, link.downlink].map((d) => f.ms(meanDelayMs(d)))
  const both = (pair: string[]): string => [...new Set(pair)].join('/')
  return `${f.kind(link.kind)}, ${both(loss)}, ${both(delay)}`
}
