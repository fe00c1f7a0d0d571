import { describe, expect, it } from 'vitest'
import { textWidth } from '../../../renderer/canvas/text-width'
import { fitPicture } from '../../../renderer/canvas/sequence/fit'
import { narrateRun } from '../../../renderer/canvas/sequence/narration/narrate'
import { blank, startsOf } from '../../../renderer/features/print/sheet'
import { packet } from '../../helpers/packet-row'
import { words } from './words'

/** Two packets: little that is high, so that the largest type would do if only the height counted. */
const input = {
  packets: [
    packet({ seq: 1, clientId: 'temp-10', type: 'PUBLISH', qos: 0, settledMs: 40, fate: 'delivered' }),
    packet({
      seq: 2,
      clientId: 'dashboard',
      type: 'PUBLISH',
      qos: 0,
      direction: 'downlink',
      sentMs: 40,
      settledMs: 60,
      fate: 'delivered',
      effect: 'delivered',
    }),
  ],
  exchanges: [],
  journeys: [],
  marks: [],
}
const lane = (clientId: string | null, side: 'left' | 'broker' | 'right') => ({
  clientId,
  side,
  publishes: side === 'left',
  subscribes: side === 'right',
})
const lanes = [lane('temp-10', 'left'), lane(null, 'broker'), lane('dashboard', 'right')]

describe('a picture that fits', () => {
  it.each([
    [924, 480],
    [700, 400],
    [1800, 900],
  ])('in %i by %i has type as large as names, labels and words allow', (width, height) => {
    const sentences = narrateRun(input, 'en')
    const { scene, k } = fitPicture(input, { lanes, words, sentences, width, height, k: 1 })
    expect(k).toBeGreaterThanOrEqual(1)
    const names = scene.lanes.map((l) => {
      const half = Math.max(textWidth(l.title, k) * 1.2, textWidth(l.note, k)) / 2
      return { from: l.x - half, to: l.x + half }
    })
    for (const [i, name] of names.entries()) expect(name.from).toBeGreaterThan(names[i - 1]?.to ?? 0)
    for (const a of scene.arrows)
      expect(a.label.width).toBeLessThanOrEqual(Math.hypot(a.to.x - a.from.x, a.to.y - a.from.y))
    for (const { text } of scene.rings)
      expect((text?.x ?? 0) + textWidth(text?.value ?? '', k)).toBeLessThanOrEqual(scene.width)
  })
})

describe('a worksheet', () => {
  it('has one number per packet, in order of time, and nothing that tells what is to be drawn', () => {
    const { scene, k } = fitPicture(input, { lanes, words, sentences: [], width: 700, height: 400, k: 1 })
    const right = startsOf(scene, k).map((s, i) => [s.n, s.blank.x > (scene.arrows[i]?.from.x ?? 0)])
    expect(right).toEqual([
      [1, true],
      [2, true],
    ])
    const { arrows, rings, badges, notes, retries, lanes: drawn } = blank(scene)
    expect([arrows, rings, badges, notes, retries].flat()).toEqual([])
    expect(drawn).toHaveLength(3)
  })
})
