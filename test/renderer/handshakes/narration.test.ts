import { describe, expect, it } from 'vitest'
import { test, fc } from '@fast-check/vitest'
import { josa } from '../../../renderer/canvas/sequence/narration/josa'
import { japanese } from '../../../renderer/canvas/sequence/narration/ja'
import { chinese } from '../../../renderer/canvas/sequence/narration/zh'
import { journeyFacts } from '../../../renderer/canvas/sequence/facts'
import { resends } from '../../../renderer/canvas/sequence/brackets'
import { cardText } from '../../../renderer/features/handshakes/words'
import { narrate, sentenceText } from '../../../renderer/canvas/sequence/narration/narrate'
import { addTeller } from '../../../renderer/canvas/sequence/narration/tellers'
import type { Language } from '@contract/languages'
import type { PacketType } from '@contract/packet'
import { Bench, frameOf, publishFrame } from '../../engine/observe/capture/wire'
import { Simulation, type Loss } from './simulate'

addTeller('ja', japanese)
addTeller('zh', chinese)

function story(sim: Simulation, lang: Language = 'en'): string[] {
  sim.run()
  return sim.journeys.flatMap((j) =>
    narrate(j, sim.exchanges, sim.packets, lang, sim.marks).map(sentenceText),
  )
}
const one = (qos: 0 | 1 | 2, losses: Loss[] = []): Simulation =>
  new Simulation().message({ at: 0, qos, packetId: 7, losses })
const up = (type: PacketType, rest: Partial<Loss> = {}): Loss => ({ leg: 'sensor-1', type, ...rest })
const down = (type: PacketType): Loss => ({ leg: 'dashboard', type })

describe('English', () => {
  it('tells of QoS 0 delivered and lost', () => {
    expect(story(one(0)).at(-1)).toBe('dashboard has it.')
    expect(story(one(0, [up('PUBLISH')]))).toEqual([
      'PUBLISH was lost: at QoS 0 nobody sends it again, so the broker never gets it.',
    ])
    expect(story(one(0, [down('PUBLISH')])).at(-1)).toContain('so dashboard never gets it')
  })

  it('tells why a lost PUBACK makes a duplicate', () => {
    expect(story(one(1, [up('PUBACK')])).slice(1)).toEqual([
      'dashboard has it.',
      'PUBACK #7 was lost: the broker has the message, but sensor-1 cannot know.',
      'sensor-1 waited 1.2 s for PUBACK and sent PUBLISH #7 again with DUP.',
      'At QoS 1 the broker forwards it again.',
      'dashboard now has the message twice.',
    ])
  })

  it('counts no time that step mode let pass as waited', () => {
    const sim = one(1, [up('PUBACK', { reason: 'step' })]).run()
    const held = sim.packets.map((p) => (p.dup ? { ...p, sentMs: p.sentMs + 260, skippedMs: 260 } : p))
    const told = (['en', 'ko', 'ja', 'zh'] as const).map(
      (lang) =>
        narrate(sim.journeys[0]!, sim.exchanges, held, lang, sim.marks)
          .map(sentenceText)
          .find((s) => /\d\.\d+/.test(s)) ?? '',
    )
    expect(told[0]).toBe(
      'The timer of sensor-1 ran for 1.2 s without PUBACK, and sensor-1 sent PUBLISH #7 again with DUP. Timers stand still while a packet is held.',
    )
    for (const s of told) expect([s.includes('1.2'), s.includes('1.46')]).toEqual([true, false])
    expect(resends(held, []).map((r) => [r.waitMs, r.skipped])).toEqual([[1200, true]])
  })

  it('tells that a lost PUBLISH makes none', () => {
    expect(story(one(1, [up('PUBLISH')]))).toEqual([
      'PUBLISH #7 was lost: the broker does not have the message; sensor-1 keeps its copy.',
      'sensor-1 waited 1.2 s for PUBACK and sent PUBLISH #7 again with DUP.',
      'dashboard has it, this time only once.',
    ])
  })

  it.each([
    ['PUBLISH', 'the broker does not have the message'],
    ['PUBREC', 'the broker has the message, but sensor-1 cannot know'],
    ['PUBREL', 'the broker has the message and waits for PUBREL before it forwards it'],
    ['PUBCOMP', 'the broker is done, but sensor-1 cannot know'],
  ] as const)('tells of QoS 2 with %s lost, and ends with exactly once', (type, says) => {
    const sentences = story(one(2, [up(type)]))
    expect(sentences.find((s) => s.startsWith(`${type} #7 was lost`))).toContain(says)
    expect(sentences.at(-1)).toMatch(
      /^PUBCOMP #\d ends the last handshake\. Nothing was forwarded twice: dashboard has it exactly once\.$/,
    )
    const repeated =
      type === 'PUBLISH' || type === 'PUBREC' ? 'PUBLISH #7 again with DUP' : 'PUBREL #7 again.'
    expect(sentences.find((s) => s.startsWith('sensor-1 waited'))).toContain(repeated)
  })

  it('says that a broker that passes on at PUBLISH has done so when PUBREL is lost', () => {
    const sim = new Simulation('embedded').message({ at: 0, qos: 2, packetId: 7, losses: [up('PUBREL')] })
    expect(story(sim)).toContain('PUBREL #7 was lost: the broker still holds identifier 7.')
    const late = new Simulation('embedded').message({ at: 0, qos: 2, packetId: 7, losses: [down('PUBREL')] })
    expect(story(late)).toContain(
      'PUBREL #1 was lost: dashboard has the message, but its application gets it only when PUBREL arrives. (Method A of the specification; with method B it would have it already.)',
    )
  })

  it('says what the broker does with a copy it knows', () => {
    expect(story(one(2, [up('PUBREC')]))).toContain(
      'The broker already has #7: it discards the copy and responds again.',
    )
    expect(story(one(2, [up('PUBCOMP')]))).toContain(
      'The broker has already released #7: it only sends PUBCOMP again.',
    )
  })

  it('tells of the subscriber’s leg with the broker as sender', () => {
    expect(story(one(1, [down('PUBACK')])).slice(1)).toEqual([
      'dashboard has it.',
      'PUBACK #1 was lost: dashboard has the message, but the broker cannot know.',
      'The broker waited 1.2 s for PUBACK and sent PUBLISH #1 again with DUP.',
      'At QoS 1 dashboard must accept it again: it now has the message twice.',
    ])
  })

  it('tells of giving up, after how many tries and who has the message', () => {
    const losses = [1, 2, 3].map((nth) => up('PUBLISH', { nth }))
    expect(story(new Simulation().message({ at: 0, qos: 1, losses, maxRetries: 2 })).at(-1)).toBe(
      'After 3 tries of PUBLISH sensor-1 gave up: the broker never got it.',
    )
    const acks = [1, 2, 3].map((nth) => up('PUBACK', { nth }))
    const had = story(new Simulation().message({ at: 0, qos: 1, losses: acks, maxRetries: 2 }))
    expect(had.some((s) => s.endsWith('gave up: the broker has the message anyway.'))).toBe(true)
    expect(had.some((s) => s === 'dashboard now has the message 3 times.')).toBe(true)
  })

  it('does not tell a resend as the first sending, where that is not in view', () => {
    const sim = one(1, [up('PUBLISH')]).run()
    const later = sim.packets.filter((p) => p.dup || p.type !== 'PUBLISH' || p.direction === 'downlink')
    const told = narrate(sim.journeys[0]!, sim.exchanges, later, 'en', sim.marks).map(sentenceText)
    expect(told.filter((s) => s.includes('keeps a copy'))).toEqual([])
  })

  it('does not give the broker a message that it ended the connection for', () => {
    const b = new Bench()
    b.connect('bad', true)
    // a broker that tells its routing, and told nothing of this packet
    b.capture.ingress({ messageId: 1, clientId: 'bad', packetId: 0, topic: 'other' })
    b.pass('bad', 'uplink', publishFrame({ qos: 1, id: 1, topic: 'x' }))
    b.event({ kind: 'closed', clientId: 'bad', atMs: b.clock.ms, by: 'broker' })
    const { journeys, exchanges, packets, marks } = b.all()
    const told = narrate(journeys[0]!, exchanges, packets, 'en', marks).map(sentenceText)
    expect(told.at(-2)).toBe('The broker closed the connection of bad.')
    expect(told.at(-1)).toContain('the broker never got it')
  })

  it('tells that the broker refused the message', () => {
    const b = new Bench()
    b.pass('sensor-1', 'uplink', publishFrame({ qos: 1, id: 7 }, 5), { level: 5 })
    b.pass('sensor-1', 'downlink', frameOf({ cmd: 'puback', messageId: 7, reasonCode: 0x87 }, 5), {
      level: 5,
    })
    const { journeys, exchanges, packets, marks } = b.all()
    const told = (lang: Language) =>
      narrate(journeys[0]!, exchanges, packets, lang, marks).map(sentenceText).at(-1)
    expect(told('en')).toBe('The broker refused PUBLISH #7 (not authorized) and does not forward it.')
    expect(told('ko')).toBe('브로커가 PUBLISH #7을 거부했습니다 (권한 없음). 구독자에게 전달하지 않습니다.')
    const facts = journeyFacts(journeys[0]!, exchanges, packets)
    const cause = (lang: Language) => cardText(facts, (key) => key, String, lang).reason
    expect([cause('en'), cause('ko')]).toEqual(['not authorized', '권한 없음'])
  })

  it('tells of a cut and a resumed session instead of a timer', () => {
    const sim = new Simulation()
      .message({ at: 0, qos: 1, retryMs: 900, packetId: 7, losses: [up('PUBACK', { reason: 'cut' })] })
      .mark(60, 'sensor-1', 'cut')
      .mark(500, 'sensor-1', 'resume')
    const sentences = story(sim)
    expect(sentences).toContain('The connection of sensor-1 was cut.')
    expect(sentences).toContain('sensor-1 reconnected with its session and sent PUBLISH #7 again with DUP.')
    expect(sentences.join(' ')).not.toContain('waited')
  })

  it('says of a packet that was dropped by hand that it was dropped', () => {
    expect(story(one(2, [up('PUBREC', { reason: 'step' })]))[1]).toBe(
      'PUBREC #7 was dropped: the broker has the message, but sensor-1 cannot know.',
    )
  })

  it('does not blame a loss when the answer was only late', () => {
    const late = story(new Simulation().message({ at: 0, qos: 1, latencyMs: 400, retryMs: 500, packetId: 7 }))
    expect(late).toContain('No PUBACK arrived within 500 ms, so sensor-1 sent PUBLISH #7 again with DUP.')
    expect(late.join(' ')).not.toContain('lost')
  })

  it('says that a held packet waits', () => {
    expect(story(new Simulation().message({ at: 0, qos: 1, packetId: 9, hold: 'PUBLISH' }))).toEqual([
      'PUBLISH #9 is held: deliver it or drop it. No timer runs until then.',
    ])
  })

  it('ties every sentence to a packet of the journey or to a mark', () => {
    const sim = one(2, [up('PUBREC'), down('PUBCOMP')]).run()
    const [j] = sim.journeys
    const sentences = narrate(j!, sim.exchanges, sim.packets, 'en', sim.marks)
    expect(sentences.map((s) => s.n)).toEqual(sentences.map((_, i) => i + 1))
    for (const s of sentences) expect(sim.packets.some((p) => p.seq === s.seq)).toBe(true)
    const lost = sentences.filter((s) => s.kind === 'lost')
    expect(lost.map((s) => sim.packets.find((p) => p.seq === s.seq)?.fate)).toEqual(['lost', 'lost'])
  })
})

describe('Korean', () => {
  it('tells of the lost PUBACK with the right particles', () => {
    expect(story(one(1, [up('PUBACK')]), 'ko').slice(1)).toEqual([
      'dashboard가 받았습니다.',
      'PUBACK #7이 손실되었습니다. 브로커는 메시지를 받았지만 sensor-1은 알 수 없습니다.',
      'sensor-1은 PUBACK을 1.2초 동안 기다리다가 PUBLISH #7을 DUP 표시와 함께 다시 보냈습니다.',
      'QoS 1이므로 브로커가 다시 전달합니다.',
      'dashboard는 같은 메시지를 두 번 받았습니다.',
    ])
  })

  it('has as many sentences as English, on the same packets', () => {
    for (const type of ['PUBLISH', 'PUBREC', 'PUBREL', 'PUBCOMP'] as const) {
      const sim = one(2, [up(type, { reason: 'step' })]).run()
      const tell = (lang: Language) =>
        narrate(sim.journeys[0]!, sim.exchanges, sim.packets, lang).map((s) => s.seq)
      expect(tell('ko')).toEqual(tell('en'))
    }
  })
})

describe('Japanese', () => {
  addTeller('ja', japanese)

  it('tells of the lost PUBACK', () => {
    expect(story(one(1, [up('PUBACK')]), 'ja').slice(1)).toEqual([
      'dashboard が受け取りました。',
      'PUBACK #7 が失われました。ブローカーはメッセージを受け取りましたが、sensor-1 にはわかりません。',
      'sensor-1 は PUBACK を 1.2 秒待ち、PUBLISH #7 を DUP を付けて再送しました。',
      'QoS 1 なので、ブローカーはもう一度転送します。',
      'dashboard は同じメッセージを 2 回受け取りました。',
    ])
  })
})

describe('particles', () => {
  it.each([
    ['브로커', '은/는', '브로커는'],
    ['메시지', '을/를', '메시지를'],
    ['토픽', '이/가', '토픽이'],
    ['7', '이/가', '7이'],
    ['#2', '을/를', '#2를'],
    ['10', '은/는', '10은'],
    ['8', '으로/로', '8로'],
    ['3', '으로/로', '3으로'],
    ['sensor-1', '이/가', 'sensor-1이'],
    ['dashboard', '은/는', 'dashboard는'],
    ['terminal', '으로/로', 'terminal로'],
    ['admin', '이/가', 'admin이'],
    ['bot', '은/는', 'bot은'],
    ['client', '은/는', 'client는'],
    ['PUBACK', '이/가', 'PUBACK이'],
    ['PUBLISH', '이/가', 'PUBLISH가'],
    ['1.2초', '을/를', '1.2초를'],
    ['200 ms', '을/를', '200 ms를'],
  ] as const)('%s + %s', (word, particle, expected) => {
    expect(josa(word, particle)).toBe(expected)
  })
})

test.prop(
  [
    fc.integer({ min: 0, max: 4095 }),
    fc.constantFrom(0 as const, 1 as const, 2 as const),
    fc.constantFrom('at-pubrel' as const, 'embedded' as const),
  ],
  { numRuns: 120, examples: [[1916, 2, 'at-pubrel']] },
)('never says more than the capture does', (mask, qos, release) => {
  let i = 0
  const sim = new Simulation(release).message({ at: 0, qos, lose: () => i < 12 && ((mask >> i++) & 1) === 1 })
  const sentences = story(sim)
  const text = sentences.join(' ')
  const [j] = sim.journeys
  const copies = j!.deliveries[0]!.copies
  expect(text.includes('exactly once')).toBe(qos === 2 && copies === 1)
  expect(/twice|\d times/.test(text.replace('forwarded twice', ''))).toBe(copies > 1)
  // A long story is told by its beginning and its end: what it says is true, but it does not say all.
  const whole = sentences.length < 12
  for (const [word, happened] of [
    ['lost', sim.packets.some((p) => p.fate === 'lost')],
    ['again with DUP', sim.packets.some((p) => p.dup)],
  ] as const) {
    if (whole) expect(text.includes(word), word).toBe(happened)
    else if (text.includes(word)) expect(happened, word).toBe(true)
  }
})
