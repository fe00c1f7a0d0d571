import { describe, expect, test } from 'vitest'
import type { PacketType, QoS } from '../../../electron/contract/packet'
import type { SimulationRecord } from '../../helpers/simulate'
import { simulate } from '../../helpers/simulate'
import { runHappenings } from '../../../renderer/canvas/sequence/narration/events'
import { narrateRun, sentenceText } from '../../../renderer/canvas/sequence/narration/narrate'

/** One row of the table: which session, which QoS, what is lost where, and how it is recovered. */
interface Row {
  clean: boolean
  qos: QoS
  lost: PacketType | null
  leg: 'p' | 's'
  recovery: 'timer' | 'reconnect'
}

const PACKETS: Record<QoS, (PacketType | null)[]> = {
  0: [null, 'PUBLISH'],
  1: [null, 'PUBLISH', 'PUBACK'],
  2: [null, 'PUBLISH', 'PUBREC', 'PUBREL', 'PUBCOMP'],
}
const FROM_SENDER = new Set<PacketType>(['PUBLISH', 'PUBREL'])

const rows: Row[] = [true, false].flatMap((clean) =>
  ([0, 1, 2] as const).flatMap((qos) =>
    PACKETS[qos].flatMap((lost) =>
      (lost === null ? (['p'] as const) : (['p', 's'] as const)).flatMap((leg) =>
        (lost === null || qos === 0 ? (['timer'] as const) : (['timer', 'reconnect'] as const)).map(
          (recovery): Row => ({ clean, qos, lost, leg, recovery }),
        ),
      ),
    ),
  ),
)
const nameOf = (r: Row): string =>
  `${r.clean ? 'clean' : 'lasting'} session, QoS ${r.qos}, ${r.lost ?? 'nothing'} lost at ${r.leg}, ${r.recovery}`

async function run(r: Row): Promise<SimulationRecord> {
  const recovery = r.recovery === 'timer' ? { timeout: 100 } : { mode: 'reconnect' as const, timeout: 100 }
  return simulate(
    {
      messages: 1,
      link: { kind: 'radio', delay: 10, recovery },
      groups: [
        { name: 'p', id: 'p', clean: r.clean, publishes: [{ topic: 't', qos: r.qos, rate: 10 }] },
        { name: 's', id: 's', clean: r.clean, subscribes: [{ filter: 't', qos: r.qos }] },
      ],
    },
    ({ fleet }) => {
      if (r.lost === null) return
      const fromClient = FROM_SENDER.has(r.lost) === (r.leg === 'p')
      fleet.device(r.leg)?.link.dropNext(fromClient ? 'uplink' : 'downlink', r.lost)
    },
  )
}

describe('every sentence is a fact of the capture', () => {
  test.each(rows.map((r) => [nameOf(r), r] as const))('%s', async (_name, row) => {
    const { batch, received } = await run(row)
    const list = runHappenings(batch)
    const text = narrateRun(batch, 'en').map(sentenceText)
    const of = (kind: string) => list.filter((h) => h.kind === kind)
    const copies = received.get('s') ?? 0

    // losses and repetitions, each exactly once
    const lost = batch.packets.filter((p) => p.fate === 'lost' && p.journey !== null)
    expect(
      of('lost')
        .map((h) => h.seq)
        .sort(),
    ).toEqual(lost.map((p) => p.seq).sort())
    const repeats = batch.packets.filter((p) => p.resends !== null).map((p) => p.seq)
    const again = list.filter((h) => /^resent|^resumed/.test(h.kind)).map((h) => h.seq)
    expect([...again].sort()).toEqual([...repeats].sort())

    // what the subscriber's application was handed, not what was sent
    expect(Math.max(0, ...of('taken-again').map((h) => h.copies))).toBe(copies > 1 ? copies : 0)
    expect(of('once').length > 0).toBe(row.qos === 2 && copies === 1 && of('abandoned').length === 0)
    expect(text.some((t) => t.includes('exactly once'))).toBe(of('once').length > 0)

    // sessions as CONNACK said, not as one would expect
    const reconnected = batch.marks.some((m) => m.kind === 'recovery')
    expect(of('back').every((h) => h.session === !row.clean)).toBe(true)
    expect(of('resumed').every((h) => h.session === !row.clean)).toBe(true)
    if (row.clean || !reconnected) expect(text.join(' ')).not.toContain('with its session')

    // no sentence names another QoS than that of its handshake, or an answer that the handshake does not have
    for (const h of list) if (h.packet !== null && h.packet.journey !== null) expect(h.qos).toBe(row.qos)
    if (row.qos !== 1) expect(text.join(' ')).not.toMatch(/At QoS 1/)
    if (row.qos < 2) expect(text.join(' ')).not.toMatch(/PUBREC|PUBREL|PUBCOMP/)

    // "already" only within one session
    for (const h of list.filter((x) => x.kind === 'released-before' || x.kind === 'discarded'))
      expect(row.clean && batch.marks.some((m) => m.kind === 'recovery' && m.atMs < h.atMs)).toBe(false)
  })

  test('a client without a session whose QoS 2 handshake is broken off: the subscriber rightly gets two', async () => {
    const { batch, received } = await run({
      clean: true,
      qos: 2,
      lost: 'PUBREC',
      leg: 'p',
      recovery: 'reconnect',
    })
    expect(received.get('s')).toBe(2)
    const text = narrateRun(batch, 'en').map(sentenceText)
    expect(text).toContain(
      'p reconnected, but the broker had kept no session for it. All the same, p sent PUBLISH #1 again with DUP.',
    )
    expect(text).toContain(
      'The broker kept nothing of the session before: to it PUBLISH #1 is a new message, and it forwards it again.',
    )
    expect(text).toContain('s now has the message twice.')
    expect(text.join(' ')).not.toMatch(/exactly once|At QoS 1|already|with its session/)
  })
})

const cuts = ([4, 5] as const).flatMap((protocol) =>
  (['p', 's'] as const).flatMap((leg) =>
    (['PUBLISH', 'PUBREC', 'PUBREL', 'PUBCOMP'] as const).map((lost) => ({ protocol, leg, lost })),
  ),
)

test.each(cuts)(
  'QoS 2 over a link that is cut as $lost sets out at $leg, protocol $protocol',
  async (cut) => {
    const { protocol, leg, lost } = cut
    const direction = FROM_SENDER.has(lost) === (leg === 'p') ? ('uplink' as const) : ('downlink' as const)
    const link = {
      kind: 'cut' as const,
      delay: 10,
      cut: { down: 500, rules: [{ when: 'before' as const, type: lost, direction }] },
    }
    const group = (id: 'p' | 's') => ({
      name: id,
      id,
      clean: false,
      protocol,
      ...(protocol === 5 ? { sessionExpiry: '300s' } : {}),
      ...(id === leg ? { link } : {}),
    })
    const { batch, received } = await simulate({
      messages: 1,
      link: { kind: 'cut', delay: 10 },
      groups: [
        { ...group('p'), publishes: [{ topic: 't', qos: 2, rate: 10 }] },
        { ...group('s'), subscribes: [{ filter: 't', qos: 2 }] },
      ],
    })
    expect(received.get('s')).toBe(1)
    const list = runHappenings(batch)
    const count = (kind: string): number => list.filter((h) => h.kind === kind).length
    // the end of the connection is told with the packet that it took along
    const ends = list.filter((h) => h.kind === 'lost' && h.mark !== null).length + count('ended')
    expect([count('lost'), ends, count('once')]).toEqual([1, 1, 1])
    expect(list.filter((h) => /^resumed/.test(h.kind))).toHaveLength(1)
    // it was connected until its packet was lost: nothing waited for it
    expect([count('queued'), count('queue-sent')]).toEqual([0, 0])
    for (const lang of ['en', 'ko'] as const) {
      const text = narrateRun(batch, lang).map(sentenceText).join(' ')
      expect(text).toContain(`${lost} #1`)
      expect(text).not.toMatch(/100 ms|queue|대기열/)
    }
  },
)

test('a copy that is counted was seen to arrive: each leg alone names its own, at 40 % loss', async () => {
  let most = 0
  for (let seed = 1; seed <= 6; seed++) {
    const { batch } = await simulate({
      seed,
      messages: 3,
      link: { kind: 'radio', delay: 10, loss: 0.4, recovery: { timeout: 100 } },
      groups: [
        { name: 'p', id: 'p', publishes: [{ topic: 't', qos: 1, rate: 10 }] },
        { name: 's', id: 's', subscribes: [{ filter: 't', qos: 1 }] },
      ],
    })
    const only = (client: string) => ({
      ...batch,
      packets: batch.packets.filter((p) => p.clientId === client),
    })
    const again = (source: typeof batch) => runHappenings(source).filter((h) => h.kind === 'taken-again')
    expect(again(only('p'))).toEqual([])
    for (const { seq, copies } of again(only('s'))) {
      const last = batch.packets.find((p) => p.seq === seq)
      const arrived = batch.packets
        .filter((p) => p.clientId === 's' && p.type === 'PUBLISH' && p.fate === 'delivered')
        .filter((p) => p.journey === last?.journey)
        .sort((a, b) => Number(a.settledMs) - Number(b.settledMs) || a.seq - b.seq)
      expect(copies).toBe(arrived.findIndex((p) => p.seq === seq) + 1)
      most = Math.max(most, copies)
    }
  }
  expect(most).toBeGreaterThan(2)
})
