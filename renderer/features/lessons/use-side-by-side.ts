import type { QosComparison } from '@contract/comparison'
import type { Language } from '@contract/languages'
import { computed, ref, type Ref } from 'vue'
import { useLanguage } from '../../i18n/language'
import { smallerTypes } from '../../canvas/sequence/fit'
import { narrateRun, placesOf } from '../../canvas/sequence/narration/narrate'
import { isNamed, layoutTogether } from '../../canvas/sequence/side-by-side'
import { suggestPxPerMs } from '../../canvas/sequence/time-scale'
import { useSettings } from '../../stores/settings'
import { fromFirstPacket, fromStart, lanesOf } from '../replay/recorded'
import { useLessonWords } from '../replay/use-recorded-scene'

/** Slants of a typical packet that are tried, px at 16 px type: the first with which the picture fits is taken. */
const SLANTS = [84, 66, 54, 46, 38, 32, 26, 18]

/** Width of a picture with all its lanes, px at 16 px type. */
const COLUMN_WIDTH = 430

/** Larger types that are tried first where the columns are wide, as shares, and the slants tried with each. */
const LARGER = { types: [2.2, 1.8, 1.5, 1.25], slants: [110, 66] }

/** Slants and type sizes in the order in which they are tried. */
function attempts(k: number, smallest: number, width: number): { slant: number; type: number }[] {
  const least = SLANTS.at(-1) ?? 0
  const larger = LARGER.types.map((share) => share * k).filter((type) => width >= COLUMN_WIDTH * type)
  return [
    ...larger.flatMap((type) => LARGER.slants.map((slant) => ({ slant, type }))),
    ...SLANTS.map((slant) => ({ slant, type: k })),
    ...smallerTypes(k, smallest).map((type) => ({ slant: least, type })),
  ]
}

const columnsOf = (comparison: QosComparison | null, lang: Language) =>
  (comparison?.runs ?? []).map((run) => {
    const input = fromFirstPacket(run.timeline)
    return { run, input, sentences: narrateRun(input, lang) }
  })

/** The three pictures of a comparison on one clock, as tall as there is room, and their narration. */
export function useSideBySide(comparison: Ref<QosComparison | null>) {
  const settings = useSettings()
  const lang = useLanguage()
  const width = ref(0)
  const height = ref(0)
  const k = computed(() => settings.pictureScale)
  /** Type for the back row leaves a third of the width no room for more than arrows and their names. */
  const slim = computed(() => settings.projector && width.value < COLUMN_WIDTH * k.value)
  const words = useLessonWords()
  const columns = computed(() => columnsOf(comparison.value, lang.value))
  const packets = computed(() => columns.value.flatMap((c) => c.input.packets))
  const nowMs = computed(() => packets.value.reduce((ms, p) => Math.max(ms, p.settledMs ?? p.sentMs), 0))
  function draw(slant: number, type: number) {
    const pxPerMs = suggestPxPerMs(packets.value, slant) * type
    return layoutTogether(
      columns.value.map(({ run, input, sentences }) => ({
        input,
        options: {
          lanes: lanesOf(run.clients),
          width: width.value,
          k: type,
          pxPerMs,
          nowMs: nowMs.value,
          words: words.value,
          noCards: true,
          slim: slim.value,
          hidden: fromStart(run),
          numbers: placesOf(sentences),
        },
      })),
    )
  }
  const picture = computed(() => {
    if (width.value < 100 || columns.value.length === 0) return null
    let best: { scenes: ReturnType<typeof draw>; k: number } | null = null
    for (const { slant, type } of attempts(k.value, settings.projector ? k.value : 1, width.value)) {
      const drawn = { scenes: draw(slant, type), k: type }
      const scenes = drawn.scenes?.scenes ?? []
      const fits = (scenes[0]?.height ?? 0) <= height.value
      // what does not fit can be scrolled to, in the type of the page; a label without room cannot be read
      if (type > k.value ? !fits : best !== null && !scenes.every(isNamed)) continue
      best = drawn
      if (fits) break
    }
    return best
  })
  return {
    columns,
    scenes: computed(() => picture.value?.scenes?.scenes.map((s) => ({ ...s, journeys: [] })) ?? []),
    scale: computed(() => picture.value?.scenes?.scale ?? null),
    k: computed(() => picture.value?.k ?? k.value),
    strokeK: computed(() => (settings.projector ? 1.6 : 1)),
    resize: (w: number, h: number): void => {
      width.value = Math.floor(w)
      height.value = Math.floor(h)
    },
  }
}
