import { h, type Ref, type VNode } from 'vue'
import { saveFile } from '../../api/file'
import { leadersOf, linesOf, SENTENCE } from '../../canvas/sequence/beside'
import { sentenceText, type Sentence } from '../../canvas/sequence/narration/narrate'
import { useLog } from '../../stores/log'
import StrokeShapes from './StrokeShapes.vue'
import type { Drawing } from './use-drawing'
import { PAST_PEN, type RecordedScene } from './use-recorded-scene'
import type { Replay } from './use-replay'

export type PictureFile = 'png' | 'svg'

/** The sentences beside a picture, as text of an SVG. */
function sentenceNodes(
  told: readonly Sentence[],
  beside: NonNullable<RecordedScene['beside']['value']>,
): VNode[] {
  const { k } = beside
  const width = beside.width - SENTENCE.number * k
  return told.flatMap((s) => {
    const top = beside.boxes.find((b) => b.n === s.n)?.top ?? 0
    const y = (line: number): number => top + (line + 0.75) * SENTENCE.line * k
    const style = { fontSize: `${SENTENCE.font * k}px` }
    return [
      h('text', { class: 'k', style, x: beside.x, y: y(0) }, `${s.n}.`),
      ...linesOf(sentenceText(s), width, k).map((line, i) =>
        h('text', { style, x: beside.x + SENTENCE.number * k, y: y(i) }, line),
      ),
    ]
  })
}

/** Lines to sentences that are not at the height of their numbers. */
const leaderNodes = (told: readonly Sentence[], leaders: readonly { n: number; d: string }[]): VNode[] =>
  leaders
    .filter((l) => told.some((s) => s.n === l.n))
    .map(({ d }) => h('path', { d, fill: 'none', stroke: 'var(--color-ink-3)' }))

/** Saves the picture as it stands, with what was drawn on it and the sentences beside it. */
export function usePicture(
  recorded: RecordedScene,
  replay: Replay,
  told: Ref<readonly Sentence[]>,
  drawing: Drawing,
) {
  const log = useLog()
  return (file: PictureFile): Promise<void> =>
    log.attempt(async () => {
      const scene = recorded.scene.value
      if (!scene) return
      const { sceneSvg, svgToPng } = await import('../handshakes/export-image')
      const [beside, k] = [recorded.beside.value, recorded.k.value]
      const svg = sceneSvg(
        scene,
        { k, strokeK: recorded.strokeK.value },
        {
          until: replay.y.value + PAST_PEN * k,
          nodes: [
            ...(beside
              ? [
                  ...sentenceNodes(told.value, beside),
                  ...leaderNodes(told.value, leadersOf(scene, k, beside)),
                ]
              : []),
            h(StrokeShapes, { strokes: drawing.shown.value }),
          ],
          width: beside ? beside.x + beside.width : scene.width,
        },
      )
      if (file === 'svg') saveFile('picture.svg', svg, 'image/svg+xml')
      else saveFile('picture.png', new Uint8Array(await (await svgToPng(svg)).arrayBuffer()), 'image/png')
    })
}
