import { expect, test } from 'vitest'
import { japanese } from '../../../renderer/canvas/sequence/narration/ja'
import { narrateRun, sentenceText, type Sentence } from '../../../renderer/canvas/sequence/narration/narrate'
import { addTeller } from '../../../renderer/canvas/sequence/narration/tellers'
import { chinese } from '../../../renderer/canvas/sequence/narration/zh'
import { fromFirstPacket } from '../../../renderer/features/replay/recorded'
import { runsOfLessons, variants } from './built-in-runs'

addTeller('ja', japanese)
addTeller('zh', chinese)
const LANGUAGES = ['en', 'ko', 'ja', 'zh'] as const

const run = runsOfLessons()
const told = async (lesson: string, variant: string) => {
  const input = fromFirstPacket((await run(lesson, variant)).timeline)
  return { input, en: narrateRun(input, 'en') }
}

/** What a sentence tells, and words that name it as something past. */
const PAST: readonly [tells: RegExp, names: RegExp][] = [
  [/The connection of \S+ was cut\./, /lost\*? with the connection/],
  [/The connection of \S+ was reset\./, /when the connection was reset/],
  [/\S+ reconnected/, /is back|came back/],
]

test('a sentence names nothing as past that only a later one tells', async () => {
  for (const [lesson, variant] of variants) {
    const said = (await told(lesson, variant)).en.map(sentenceText)
    for (const [tells, names] of PAST)
      for (const [i, text] of said.entries())
        if (names.test(text) && said.some((t) => tells.test(t)))
          expect(
            said.slice(0, i + 1).some((t) => tells.test(t)),
            `${lesson}/${variant}: ${text}`,
          ).toBe(true)
  }
})

test('that a client is back, and that its connection ended, is told once', async () => {
  for (const [lesson, variant] of variants) {
    const { input, en } = await told(lesson, variant)
    const said = en.map(sentenceText).join('\n')
    const backs = input.marks.filter((m, i) => {
      const accepted = m.kind === 'resume' || (m.kind === 'connack' && m.detail === null)
      return (
        accepted && input.marks.slice(0, i).some((x) => x.clientId === m.clientId && x.kind !== 'connect')
      )
    })
    const ends = input.marks.filter((m) => m.kind === 'cut' || m.kind === 'reset')
    expect(said.match(/ reconnected/g) ?? [], `${lesson}/${variant}\n${said}`).toHaveLength(backs.length)
    expect(said.match(/ was (cut|reset)\./g) ?? [], `${lesson}/${variant}\n${said}`).toHaveLength(ends.length)
  }
})

test('every lost packet that is drawn, and every one that TCP has not brought yet, has a sentence', async () => {
  const alone = new Set<string>()
  for (const [lesson, variant] of variants) {
    const { input, en } = await told(lesson, variant)
    const about = new Set(en.flatMap((s) => [...s.also, s.seq]))
    const lastMs = Math.max(...input.packets.map((p) => p.settledMs ?? p.sentMs))
    for (const p of input.packets) {
      // one that was sent at the very end is not late yet
      const late = p.fate === 'transit' && p.segmentLosses > 0 && p.sentMs < lastMs
      if (p.fate !== 'lost' && !late) continue
      expect(about.has(p.seq), `${lesson}/${variant}: ${p.type}`).toBe(true)
      if (p.journey === null) alone.add(p.type)
    }
  }
  expect([...alone]).toEqual(['PINGREQ'])
})

const FORETELLS =
  /later comes back|나중에 세션 없이|後でセッション|之后不带会话|돌아온 뒤에도|when it is back/

test('what becomes of a message is told when it is known', async () => {
  for (const [lesson, variant] of variants) {
    const { input } = await told(lesson, variant)
    for (const lang of LANGUAGES) {
      const list = narrateRun(input, lang)
      for (const s of list) expect(sentenceText(s)).not.toMatch(FORETELLS)
      const absent = list.filter((s) => s.kind === 'missed')
      for (const s of absent) expect(s.mark?.kind, `${lesson}/${variant}`).toMatch(/^(resume|connack)$/)
    }
  }
})

const texts = (list: readonly Sentence[], kind: Sentence['kind']): string[] =>
  list.filter((s) => s.kind === kind).map(sentenceText)

test('a message that nobody waits for: first that it is sent to nobody, and with the return that it is missed', async () => {
  for (const [lesson, variant] of [
    ['sessions', 'clean'],
    ['session-expiry', 'one-second'],
    ['message-expiry', 'one-second'],
  ] as const) {
    const { en } = await told(lesson, variant)
    expect(texts(en, 'not-queued')).toEqual(['phone is away: the broker sends it nothing now.'])
    expect(texts(en, 'missed')).toEqual([
      expect.stringMatching(/^phone reconnected.* It never gets the message of PUBLISH #2\.$/),
    ])
    expect(texts(en, 'back')).toEqual([])
  }
})

test('a cut connection is told before what was lost with it, and TCP says what has not arrived yet', async () => {
  const cut = await told('radio-or-tcp', 'cut')
  expect(texts(cut.en, 'lost')).toEqual([
    'The connection of sensor-1 was cut. PUBLISH was lost with it: at QoS 0 nobody sends it again, so the broker never gets it.',
  ])
  expect(texts(narrateRun(cut.input, 'ko'), 'lost')).toEqual([
    'sensor-1의 연결이 끊겼습니다. 이때 PUBLISH가 손실되었습니다. QoS 0에서는 아무도 다시 보내지 않으므로 브로커는 영영 받지 못합니다.',
  ])
  const open = await told('later-or-never', 'after-two-seconds')
  expect(texts(open.en, 'unarrived')).toEqual([
    'A segment of the third PUBLISH from sensor-1 was lost: the PUBLISH has not arrived yet.',
  ])
})
