import { afterAll, expect, test } from 'vitest'
import type { ScriptedLesson } from '../../../electron/contract/lesson'
import { LessonService } from '../../../electron/engine/lessons/lesson-service'
import { builtInLessons } from '../../../electron/engine/lessons/library'
import { SENTENCE } from '../../../renderer/canvas/sequence/beside'
import { crosses, flat } from '../../../renderer/canvas/sequence/boxes'
import { fitPicture } from '../../../renderer/canvas/sequence/fit'
import { narrateRun } from '../../../renderer/canvas/sequence/narration/narrate'
import { textWidth } from '../../../renderer/canvas/text-width'
import { fromFirstPacket, fromStart, lanesOf } from '../../../renderer/features/replay/recorded'
import { words } from '../handshakes/words'

const service = new LessonService()
afterAll(() => service.close())
const variants = builtInLessons()
  .filter((l): l is ScriptedLesson => l.kind === 'script')
  .flatMap((l) => l.variants.map((v) => [l.id, v.id] as const))

test.each([
  // a session is taken up while its messages are still being sent again: there is no room on either side
  [
    '1366x768',
    20 / 11,
    1266,
    386,
    ['qos-1-cut/publish: resume, CONNACK', 'qos-1-cut/puback: resume, CONNACK'],
  ],
  ['1080p', 24 / 11, 1800, 670, []],
] as const)(
  'on a projector of %s no arrow runs through what is said of a session where there is room',
  async (_size, k, width, height, known) => {
    const struck: string[] = []
    for (const [lesson, variant] of variants) {
      const o = await service.run(lesson, variant)
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
      for (const { text } of scene.marks) {
        if (!text) continue
        const w = textWidth(text.value, drawn)
        // a hair's breadth is no collision
        const box = flat(text.anchor === 'end' ? text.x - w : text.x, text.y, w, 9 * drawn)
        for (const a of scene.arrows)
          if (crosses(a.from, a.to, box)) struck.push(`${lesson}/${variant}: ${text.value}, ${a.label.name}`)
      }
    }
    expect(struck).toEqual(known)
  },
)
