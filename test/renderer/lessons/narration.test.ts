import { describe, expect, test } from 'vitest'
import type { Language } from '../../../electron/contract/languages'
import type { LessonOutcome } from '../../../electron/contract/lesson-run'
import { packetName } from '../../../renderer/canvas/sequence/arrows'
import { textWidth } from '../../../renderer/canvas/text-width'
import { leadersOf, linesOf, SENTENCE, sentenceHeight } from '../../../renderer/canvas/sequence/beside'
import { fitPicture } from '../../../renderer/canvas/sequence/fit'
import { layoutSequence } from '../../../renderer/canvas/sequence/layout'
import { japanese } from '../../../renderer/canvas/sequence/narration/ja'
import { narrateRun, placesOf, sentenceText } from '../../../renderer/canvas/sequence/narration/narrate'
import { addTeller } from '../../../renderer/canvas/sequence/narration/tellers'
import { suggestPxPerMs } from '../../../renderer/canvas/sequence/time-scale'
import { fromFirstPacket, fromStart, lanesOf } from '../../../renderer/features/replay/recorded'
import { words } from '../handshakes/words'
import { runsOfLessons, variants } from './built-in-runs'

addTeller('ja', japanese)
const LANGUAGES = ['en', 'ko', 'ja'] as const

const run = runsOfLessons()

function told(o: LessonOutcome, lang: Language, k = 1, slant = 54) {
  const input = fromFirstPacket(o.timeline)
  const sentences = narrateRun(input, lang)
  const numbers = placesOf(sentences)
  const scene = layoutSequence(input, {
    lanes: lanesOf(o.clients),
    width: 900,
    k,
    pxPerMs: suggestPxPerMs(input.packets, slant) * k,
    nowMs: Math.max(...input.packets.map((p) => p.settledMs ?? p.sentMs)),
    noCards: true,
    hidden: fromStart(o),
    words,
    numbers,
  })
  return { input, sentences, numbers, scene }
}

describe.each(LANGUAGES)('the narration of every lesson and variant, %s', (lang) => {
  test.each(variants)('%s/%s', async (lesson, variant) => {
    const o = await run(lesson, variant)
    for (const [k, slant] of [
      [1, 84],
      [1, 26],
      [24 / 11, 54],
    ] as const) {
      const { input, sentences, numbers, scene } = told(o, lang, k, slant)
      // each sentence has its badge, and each badge its sentence
      expect(new Set(scene.badges.map((b) => b.n))).toEqual(new Set(sentences.map((s) => s.n)))
      expect(scene.badges).toHaveLength(numbers.length)
      // the order of badges is the order of time: no later number stands above an earlier one
      const heights = sentences.map((s) => scene.badges.filter((b) => b.n === s.n).map((b) => b.y))
      for (let i = 1; i < heights.length; i++)
        expect(Math.min(...(heights[i] ?? [])), `badge ${i + 1}`).toBeGreaterThanOrEqual(
          Math.max(...(heights[i - 1] ?? [])),
        )
      // numbers that are read as a row are in order of time from left to right, with room between them
      for (const b of scene.badges)
        for (const a of scene.badges.filter((x) => x.n < b.n && Math.abs(x.y - b.y) < 12 * k))
          if (Math.abs(a.x - b.x) < 96 * k) expect(b.x - a.x, `${a.n}, ${b.n}`).toBeGreaterThan(15 * k)
      // no number hides a part of the time that a band stands for
      for (const b of scene.badges)
        for (const f of scene.folds)
          if (f.text !== '' && Math.abs(b.y - (f.y0 + f.y1) / 2) < 12 * k)
            expect(Math.abs(b.x - f.textX)).toBeGreaterThan(textWidth(f.text, k) / 2)
      // in a replay they come true in that order too
      const true_ = sentences.map((s) => sentenceHeight(s, scene))
      expect(true_).toEqual([...true_].sort((a, b) => a - b))
      // every packet that a sentence speaks of or names by its identifier is drawn
      const drawn = new Set(scene.arrows.map((a) => a.seq))
      const names = new Set(input.packets.filter((p) => drawn.has(p.seq)).map(packetName))
      for (const s of sentences) {
        expect([...s.also, ...(s.seq === null ? [] : [s.seq])].filter((seq) => !drawn.has(seq))).toEqual([])
        const named = sentenceText(s).match(/\b(PUB(?:LISH|ACK|REC|REL|COMP)|CONN(?:ECT|ACK)) #\d+/g) ?? []
        // "another PUBLISH #1" is one to come
        if (s.kind !== 'identifier-freed') expect(named.filter((n) => !names.has(n))).toEqual([])
      }
    }
  })
})

/** Sizes of the pane after the verdict, measured in the page; type of the picture and of sentences that do not fit otherwise. */
const PANES = [
  ['1024x700', 'ko', 1, 700, 400],
  ['1366x768', 'en', 1, 970, 420],
  ['projector at 1366x768', 'ko', 20 / 11, 1266, 386],
  ['projector at 1366x768', 'en', 20 / 11, 1266, 386],
  ['projector at 1080p', 'ko', 24 / 11, 1800, 670],
  ['projector at 1080p', 'en', 24 / 11, 1800, 670],
] as const

describe.each(PANES)('sentences beside the picture, %s, %s', (size, lang, k, width, height) => {
  test('each at the height of its number, none on another, nothing reversed', async () => {
    const projector = size.startsWith('projector')
    const elsewhere: string[] = []
    const led: string[] = []
    for (const [lesson, variant] of variants) {
      const o = await run(lesson, variant)
      const input = fromFirstPacket(o.timeline)
      const sentences = narrateRun(input, lang)
      const fitted = fitPicture(input, {
        lanes: lanesOf(o.clients),
        width,
        height,
        k,
        hidden: fromStart(o),
        words,
        sentences,
        ...(projector ? { least: k, tell: 11 / SENTENCE.font } : {}),
      })
      const { scene, beside } = fitted
      const name = `${lesson}/${variant}`
      expect(fitted.k, name).toBeGreaterThanOrEqual(projector ? k : 1)
      // they stand elsewhere only where labels would be in each other's way
      if (beside === null) elsewhere.push(name)
      if (!beside) continue
      // the back row reads 11 units of the picture's type
      expect(SENTENCE.font * beside.k, name).toBeGreaterThanOrEqual(11 * k - 0.01)
      const unnamed = scene.arrows.filter((a) => a.label.crowded && !a.endText?.value.includes(a.label.name))
      expect(unnamed, name).toEqual([])
      const leaders = leadersOf(scene, fitted.k, beside)
      led.push(...leaders.map(({ n }) => `${name} ${n}`))
      let free = -Infinity
      let before = -Infinity
      for (const [i, s] of sentences.entries()) {
        const box = beside.boxes[i]
        const badge = scene.badges.findLast((b) => b.n === s.n)
        if (!box || !badge) throw new Error(`${name}: sentence ${s.n} has no place`)
        expect(box.top, name).toBeGreaterThanOrEqual(free - 0.01)
        const off = box.top + (SENTENCE.line / 2) * beside.k - badge.y
        if (!leaders.some((l) => l.n === s.n))
          expect(Math.abs(off), `${name} ${s.n}`).toBeLessThanOrEqual(16 * fitted.k)
        const now = sentenceHeight(s, scene)
        expect(now).toBeGreaterThanOrEqual(before)
        free = box.top + box.height
        before = now
      }
      expect(scene.height).toBeGreaterThanOrEqual(free)
      for (const p of input.packets) {
        const spot = scene.scale.spots.get(p.seq)
        expect(spot && spot.y1 >= spot.y0, name).toBe(true)
        if (p.answers === null) continue
        expect(scene.scale.spots.get(p.answers)?.y1 ?? 0, name).toBeLessThanOrEqual((spot?.y0 ?? 0) + 0.01)
      }
    }
    expect(elsewhere).toEqual([])
    // two sentences on one and the same event: the second is led to
    expect(led).toEqual(['takeover/clean 8'])
  })
})

test('on the projector of a small screen no sentence of the first hour takes the room below the picture', async () => {
  const k = 20 / 11
  const size = { width: 1262, height: 300, k, least: k }
  const below: string[] = []
  for (const [lesson, variant] of variants.slice(0, 17)) {
    const o = await run(lesson, variant)
    const input = fromFirstPacket(o.timeline)
    const sentences = narrateRun(input, 'ko')
    const what = { lanes: lanesOf(o.clients), hidden: fromStart(o), words, sentences }
    if (fitPicture(input, { ...size, ...what }).beside === null) below.push(`${lesson}/${variant}`)
  }
  expect(variants[16]?.[0]).toBe('radio-or-tcp')
  expect(below).toEqual([])
})

test('on a phone every arrow has its name', async () => {
  const bare: string[] = []
  // with four messages under way at once there is none with room for all
  for (const [lesson, variant] of variants.filter(([id]) => id !== 'flow-control')) {
    const o = await run(lesson, variant)
    const input = fromFirstPacket(o.timeline)
    const what = {
      lanes: lanesOf(o.clients),
      hidden: fromStart(o),
      words,
      sentences: narrateRun(input, 'ko'),
    }
    for (const width of [360, 390]) {
      const { scene } = fitPicture(input, { ...what, width, height: 380, k: 1 })
      for (const { label, endText, seq } of scene.arrows)
        if (label.crowded && !endText?.value.includes(label.name))
          bare.push(`${lesson}/${variant} ${width}: ${seq}`)
    }
  }
  expect(bare).toEqual([])
})

test('a sentence is broken between words, and a word that is too long within', () => {
  expect(linesOf('', 100, 1)).toEqual([''])
  expect(linesOf('dashboard has it.', 200, 1)).toEqual(['dashboard has it.'])
  expect(linesOf('dashboard has it.', 80, 1)).toEqual(['dashboard', 'has it.'])
  expect(linesOf('x'.repeat(40), 100, 1)).toEqual(Array<string>(4).fill('x'.repeat(10)))
})

test('where no spaces stand between words, a line ends after any character but not before a mark', () => {
  const text = 'PUBACK #1 到达：sensor-1（代理）知道。ブローカーが（QoS 1）受けました。'
  for (let width = 40; width < 400; width += 7) {
    const lines = linesOf(text, width, 1)
    expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
    expect(lines.filter((l) => /^[、。，：；）ー ]|（$/.test(l))).toEqual([])
  }
  expect(linesOf('代理没有收到。', 40, 1)).toEqual(['代理没', '有收', '到。'])
})

test('a band says that nothing was sent only where nothing was', async () => {
  const said: string[] = []
  for (const [lesson, variant] of variants) {
    const o = await run(lesson, variant)
    const { scene } = told(o, 'en')
    for (const fold of scene.folds) {
      const hidden = fromStart(o).some((p) => p.sentMs < fold.t1 && p.settledMs > fold.t0)
      expect(fold.title.includes('nothing sent'), `${lesson}/${variant}`).toBe(fold.idle && !hidden)
      if (hidden) said.push(`${lesson}: ${fold.title.replace(/^.*?, /, '')}`)
    }
  }
  expect(new Set(said)).toContain('sessions: not shown: SUBSCRIBE, SUBACK')
  expect(new Set(said)).toContain('radio-or-tcp: not shown: CONNECT, CONNACK')
})

test('an arrow says that its PUBLISH is a retained one', async () => {
  const labels = async (variant: string) => {
    const { scene } = told(await run('retained-and-will', variant), 'en')
    return scene.arrows.flatMap((a) => (a.type === 'PUBLISH' ? [a.label.qos] : []))
  }
  expect(await labels('retained')).toEqual(['QoS 1 RETAIN', 'QoS 1 RETAIN'])
  expect(await labels('plain')).toEqual(['QoS 1'])
})

test('all languages tell the same of the same packets', async () => {
  for (const [lesson, variant] of variants) {
    const o = await run(lesson, variant)
    const [en, ...others] = LANGUAGES.map((lang) => told(o, lang).sentences)
    const facts = (list: typeof en) => list?.map((s) => [s.n, s.kind, s.seq, s.at])
    for (const other of others) expect(facts(other)).toEqual(facts(en))
  }
})

test('two packets that are told of are never called the same', async () => {
  const named = ['sent', 'lost', 'late', 'behind']
  for (const [lesson, variant] of variants) {
    const input = fromFirstPacket((await run(lesson, variant)).timeline)
    for (const lang of LANGUAGES) {
      const about = new Map<string, number | null>()
      for (const s of narrateRun(input, lang)) {
        if (!named.includes(s.kind)) continue
        const text = sentenceText(s)
        expect(about.get(text) ?? s.seq, `${lesson}/${variant}: ${text}`).toBe(s.seq)
        about.set(text, s.seq)
      }
    }
  }
})

test('"it" is the message that the sentence before is about', async () => {
  for (const [lesson, variant] of variants) {
    const input = fromFirstPacket((await run(lesson, variant)).timeline)
    const journeys = new Map(input.packets.map((p) => [p.seq, p.journey]))
    let before: number | null = null
    for (const s of narrateRun(input, 'en')) {
      if (s.seq === null) continue
      const journey = journeys.get(s.seq) ?? null
      const it = / ha(?:s|ve) it\.$/.test(sentenceText(s)) && s.also.length === 0
      if (it && before !== null) expect(journey, `${lesson}/${variant}: ${sentenceText(s)}`).toBe(before)
      before = journey
    }
  }
})

/** What each lesson is about must be said, at the packet or event that shows it. */
test.each([
  ['publish-subscribe', 'one-topic', ['dashboard and phone have it.']],
  ['topics-wildcards', 'dollar', ['The broker has nobody to send the message to.']],
  ['qos-1-lost-puback', 'puback', ['dashboard now has the message twice.']],
  ['qos-2', 'pubrel', ['PUBREL #1 was lost: the broker still holds identifier 1.']],
  [
    'qos-2',
    'pubrel-on-release',
    [
      'PUBREL #1 was lost: the broker has the message and waits for PUBREL before it forwards it. (Method A of the specification; with method B it would have forwarded it already.)',
      'PUBREL #1 arrived: only now does the broker release the message to dashboard.',
    ],
  ],
  [
    'radio-or-tcp',
    'tcp',
    [
      'sensor-1 sent its second PUBLISH at QoS 0: no acknowledgement is expected and no copy is kept.',
      'A segment of the first PUBLISH from sensor-1 was lost, and TCP sent it again: the PUBLISH is late, but not lost.',
      'The second PUBLISH from sensor-1 had to wait for what was sent before it: TCP keeps the order.',
      'The second PUBLISH to dashboard arrived: dashboard has the message.',
    ],
  ],
  [
    'radio-or-tcp',
    'cut',
    [
      'The connection of sensor-1 was cut. PUBLISH was lost with it: at QoS 0 nobody sends it again, so the broker never gets it.',
    ],
  ],
  ['retained-and-will', 'retained', ['display has subscribed: the broker sends it the retained message.']],
  ['retained-and-will', 'plain', ['The broker has nobody to send the message to.']],
  [
    'retained-and-will',
    'will',
    ['No DISCONNECT came: the broker publishes the will of sensor-1 on home/sensor-1/status.'],
  ],
  [
    'retained-and-will',
    'goodbye',
    ['DISCONNECT arrived: the broker deletes the will of sensor-1, and nobody gets it.'],
  ],
  [
    'sessions',
    'persistent',
    [
      'phone is away, but the broker keeps the session: it queues the message.',
      'phone reconnected with its session: the broker sends the message that waited.',
    ],
  ],
  [
    'sessions',
    'clean',
    [
      'phone is away: the broker sends it nothing now.',
      'phone reconnected without a session: the broker had kept nothing for it. It never gets the message of PUBLISH #2.',
    ],
  ],
  [
    'sessions',
    'persistent-qos-0',
    ['phone is away and subscribed at QoS 0: the broker does not queue the message for it.'],
  ],
  [
    'qos-0',
    'to-subscriber',
    ['The second PUBLISH to dashboard was lost: at QoS 0 nobody sends it again, so dashboard never gets it.'],
  ],
  [
    'flow-control',
    'two',
    [
      'PUBLISH #1 arrived: display has the message.',
      'display takes 2 messages at a time (Receive Maximum): the broker kept PUBLISH #3 back until a PUBACK arrived.',
    ],
  ],
  [
    'topic-alias',
    'five',
    [
      'The broker gives the topic the alias 1 on this connection: PUBLISH #1 carries the name and the alias.',
      'The broker sends the alias 1 in place of the topic name: PUBLISH #2 is shorter.',
    ],
  ],
  [
    'disconnect-and-will',
    'back-in-time',
    [
      'sensor-1 reconnected with its session within the will delay: the broker withdraws its will, and nobody gets it.',
    ],
  ],
  [
    'keep-alive',
    'off',
    [
      'PUBLISH #1 was lost in a connection that was dead: phone does not have the message; the broker keeps its copy.',
    ],
  ],
  ['keep-alive', 'four-seconds', ['PINGREQ was lost in a connection that was dead.']],
  [
    'takeover',
    'persistent',
    [
      'PUBLISH #2 was lost in a connection that was dead: phone does not have the message; the broker keeps its copy.',
    ],
  ],
] as const)('lesson %s/%s says what it is about', async (lesson, variant, wanted) => {
  const o = await run(lesson, variant)
  const said = told(o, 'en').sentences.map(sentenceText)
  for (const sentence of wanted) expect(said).toContain(sentence)
})
