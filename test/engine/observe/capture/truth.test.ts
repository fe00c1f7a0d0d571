import { describe, expect, it } from 'vitest'
import type { LinkInput } from '../../../../electron/contract/link-config'
import type { JourneyRow, PacketBatch } from '../../../../electron/contract/model'
import type { QoS } from '../../../../electron/contract/packet'
import type { PageLink } from '../../../../electron/contract/rpc'
import type { RunReport } from '../../../../electron/contract/report'
import { scenarioOf, testEngine } from '../../../helpers/lab-run'

const LEVELS: QoS[] = [0, 1, 2]

/** Runs one publisher and one subscriber at each QoS over a link and gives the report and everything captured. */
async function run(link: LinkInput): Promise<{ report: RunReport; all: PacketBatch }> {
  const groups = LEVELS.flatMap((qos) => [
    { name: `QoS ${qos}`, id: `pub${qos}`, clean: false, publishes: [{ topic: `t/${qos}`, rate: 10, qos }] },
    { name: `sub ${qos}`, id: `sub${qos}`, clean: false, subscribes: [{ filter: `t/${qos}`, qos }] },
  ])
  const { engine } = testEngine()
  try {
    await engine.open(scenarioOf({ seed: 5, link, groups }), null, { messages: 100, speed: Infinity })
    const report = await engine.finished(AbortSignal.timeout(15_000))
    const page = {
      events: {},
      bufferedBytes: () => 0,
      worked: () => undefined,
      onClose: () => undefined,
    } as unknown as PageLink
    const api = engine.session(page, { kind: 'web', readOnly: false })
    return { report, all: await api.queryPackets({ filter: '', limit: 200_000 }) }
  } finally {
    await engine.close()
  }
}

/** Distinct messages that arrived and extra copies, as the journeys of one publisher tell. */
function told(journeys: readonly JourneyRow[], publisher: string) {
  const copies = journeys
    .filter((j) => j.publisher === publisher)
    .flatMap((j) => j.deliveries.map((d) => d.copies))
  return {
    delivered: copies.filter((n) => n > 0).length,
    duplicated: copies.reduce((sum, n) => sum + Math.max(0, n - 1), 0),
  }
}

describe('what the capture tells of a real run', () => {
  it.each<[string, LinkInput]>([
    ['a radio link that loses a fifth', { loss: 0.2, delay: 20, recovery: { timeout: 200 } }],
    ['a radio link that gives up', { loss: 0.3, delay: 20, recovery: { timeout: 100, maxRetries: 2 } }],
    ['a link that is cut', { kind: 'cut', delay: 20, cut: { every: 700, down: 100 } }],
  ])('is what the ledger counts, and every handshake packet has its exchange: %s', async (_name, link) => {
    const { report, all } = await run(link)
    for (const group of report.groups) {
      const { delivered, duplicated } = told(all.journeys, `pub${group.qos}`)
      expect({ qos: group.qos, delivered, duplicated }).toEqual({
        qos: group.qos,
        delivered: group.delivered,
        duplicated: group.duplicated,
      })
      expect(delivered).toBeGreaterThan(20)
    }
    const handshakes = all.packets.filter((p) => p.qos !== null || /^PUB/.test(p.type))
    expect(handshakes.filter((p) => p.exchange === null)).toEqual([])
    expect(handshakes.filter((p) => /^PUB(ACK|REC|COMP)$/.test(p.type) && p.answers === null)).toEqual([])
    const known = new Set(handshakes.map((p) => p.exchange))
    expect(new Set(all.exchanges.map((e) => e.id))).toEqual(known)
  })
})
