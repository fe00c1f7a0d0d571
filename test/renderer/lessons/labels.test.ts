import { expect, test } from 'vitest'
import { SENTENCE } from '../../../renderer/canvas/sequence/beside'
import { headBox } from '../../../renderer/canvas/sequence/arrows'
import { crosses, flat, overlaps } from '../../../renderer/canvas/sequence/boxes'
import { fitPicture } from '../../../renderer/canvas/sequence/fit'
import { narrateRun } from '../../../renderer/canvas/sequence/narration/narrate'
import { crossedRings } from '../../../renderer/canvas/sequence/ring-room'
import { textWidth } from '../../../renderer/canvas/text-width'
import { takenIn } from '../../../renderer/canvas/sequence/taken-in'
import { belongsToAnother, START, startsOf } from '../../../renderer/features/print/sheet'
import { fromFirstPacket, fromStart, lanesOf } from '../../../renderer/features/replay/recorded'
import { words } from '../handshakes/words'
import { runsOfLessons, variants } from './built-in-runs'

const run = runsOfLessons()

test.each([
  ['1366x768', 20 / 11, 1266, 386],
  ['1080p', 24 / 11, 1800, 670],
] as const)(
  'on a projector of %s no arrow runs through what is said of a session, and it is said at its time',
  async (_size, k, width, height) => {
    const struck: string[] = []
    for (const [lesson, variant] of variants) {
      const o = await run(lesson, variant)
      const input = fromFirstPacket(o.timeline)
      const { scene, k: drawn } = fitPicture(input, {
        lanes: lanesOf(o.clients),
        width,
        height,
        k,
        least: k,
        tell: 11 / SENTENCE.font,
        hidden: fromStart(o),
        words,
        sentences: narrateRun(input, 'ko'),
      })
      for (const { text, y } of scene.marks) {
        if (!text) continue
        // in a band of time, away from their event, they would be said of that time
        for (const f of scene.folds)
          if (f.y0 <= text.y && text.y <= f.y1 && !(f.y0 <= y && y <= f.y1))
            struck.push(`${lesson}/${variant}: ${text.value} in a band`)
        const w = textWidth(text.value, drawn)
        // a hair's breadth is no collision
        const box = flat(text.anchor === 'end' ? text.x - w : text.x, text.y, w, 9 * drawn)
        for (const a of scene.arrows)
          if (crosses(a.from, a.to, box)) struck.push(`${lesson}/${variant}: ${text.value}, ${a.label.name}`)
      }
    }
    expect(struck).toEqual([])
  },
)

test.each([
  ['1440x900', 1, 800, 480],
  ['projector at 1366x768', 20 / 11, 1266, 386],
  ['phone', 1, 390, 380],
])(
  'no number stands over the head of an arrow, and every copy with DUP says so, %s',
  async (_size, k, width, height) => {
    const wrong: string[] = []
    for (const [lesson, variant] of variants) {
      const o = await run(lesson, variant)
      const input = fromFirstPacket(o.timeline)
      const what = {
        lanes: lanesOf(o.clients),
        hidden: fromStart(o),
        words,
        sentences: narrateRun(input, 'ko'),
      }
      const { scene, k: drawn } = fitPicture(input, {
        width,
        height,
        k,
        least: k,
        tell: 11 / SENTENCE.font,
        ...what,
      })
      for (const b of scene.badges) {
        const w = (16 + 6 * (String(b.n).length - 1)) * drawn
        const box = flat(b.x - w / 2, b.y, w, 16 * drawn)
        for (const a of scene.arrows) {
          const head = headBox(a, drawn)
          if (head && overlaps(head, box)) wrong.push(`${lesson}/${variant}: ${b.n} over ${a.label.name}`)
        }
      }
      const dup = new Set(input.packets.flatMap((p) => (p.dup ? [p.seq] : [])))
      for (const a of scene.arrows)
        if (dup.has(a.seq) && !a.label.crowded && !a.label.dup)
          wrong.push(`${lesson}/${variant}: ${a.label.name} without DUP`)
    }
    expect(wrong).toEqual([])
  },
)

test('in an answer key no number stands over words, a cross, a ring or another number', async () => {
  const covered: string[] = []
  for (const [lesson, variant] of variants) {
    const o = await run(lesson, variant)
    const input = fromFirstPacket(o.timeline)
    const size = { width: 700, height: 400, k: 1, hidden: fromStart(o), sentences: [] }
    const { scene, k } = fitPicture(input, { lanes: lanesOf(o.clients), words, ...size })
    const starts = startsOf(scene, k)
    const inOrder = [...scene.arrows].sort((a, b) => a.from.y - b.from.y || a.seq - b.seq)
    inOrder.forEach((a, i) => {
      const start = starts[i]
      if (start && belongsToAnother(start.filled, a, scene.arrows, k))
        covered.push(`${lesson}/${variant}: ${start.n} stands at another packet`)
    })
    const circles = starts.map(({ n, filled: { x, y } }) => ({
      n,
      box: flat(x - START * k, y, 2 * START * k, 2 * START * k),
    }))
    const read = takenIn(scene, k)
    for (const { n, box } of circles)
      if (read.some((w) => overlaps(w, box)) || circles.some((c) => c.n !== n && overlaps(c.box, box)))
        covered.push(`${lesson}/${variant}: ${n}`)
  }
  expect(covered).toEqual([])
})

const inEnglishAndKorean = (
  [
    ['1024x700', 1, 700, 400],
    ['1366x768', 1, 970, 420],
    ['projector at 1366x768', 20 / 11, 1266, 386],
    ['projector at 1080p', 24 / 11, 1800, 670],
    // two lanes stand so near to each other that a word reaches the other lane
    ['phone', 1, 390, 380],
  ] as const
).flatMap(([size, ...room]) => (['en', 'ko'] as const).map((lang) => [size, lang, ...room] as const))

test.each(inEnglishAndKorean)(
  'no arrow runs through the ring of another copy or its word, and every bracket says what was waited for, %s, %s',
  async (size, lang, k, width, height) => {
    const wrong: string[] = []
    const projector = size.startsWith('projector') ? { least: k, tell: 11 / SENTENCE.font } : {}
    for (const [lesson, variant] of variants) {
      const o = await run(lesson, variant)
      const input = fromFirstPacket(o.timeline)
      const what = { lanes: lanesOf(o.clients), hidden: fromStart(o), words, width, height, k }
      const { scene, k: drawn } = fitPicture(input, {
        ...what,
        ...projector,
        sentences: narrateRun(input, lang),
      })
      const name = `${lesson}/${variant}`
      wrong.push(...crossedRings(scene, drawn).map((seq) => `${name}: ring of ${seq}`))
      wrong.push(...scene.retries.flatMap((r) => (r.text ? [] : [`${name}: bracket of ${r.seq}`])))
    }
    expect(wrong).toEqual([])
  },
)
