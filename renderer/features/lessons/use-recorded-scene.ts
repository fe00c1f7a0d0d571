import type { HiddenPacket, LessonClient } from '@contract/lesson-run'
import type { PacketBatch } from '@contract/model'
import { computed, ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { layoutSequence } from '../../canvas/sequence/layout'
import { narrateRun, placesOf, type Sentence } from '../../canvas/sequence/narration/narrate'
import { suggestPxPerMs } from '../../canvas/sequence/time-scale'
import type { Lane, Scene, SequenceInput, SequenceWords } from '../../canvas/sequence/types'
import { useFormat } from '../../i18n/format'
import { useSettings } from '../../stores/settings'
import { useWords } from '../handshakes/words'
import { fromFirstPacket, fromStart, lanesOf, segmentNotes } from './recorded'

export interface Recording {
  timeline: PacketBatch
  clients: readonly LessonClient[]
  /** What went over the links besides; see `LessonOutcome`. */
  hidden?: readonly HiddenPacket[]
  /** Stands under the name of every client instead of its role. */
  note?: string
}

/** Slants of a typical packet that are tried, px at 16 px type: the first with which the picture fits is taken. */
const SLANTS = [84, 66, 54, 46, 38, 32, 26]
/** Type sizes that are tried after that, as shares, as long as they are not smaller than 16 px type. */
const SMALLER = [0.92, 0.84, 0.76]

/** Slants and type sizes in the order in which they are tried. */
export function attempts(k: number): { slant: number; type: number }[] {
  const smaller = SMALLER.map((share) => share * k).filter((type) => type >= 1)
  const least = SLANTS.at(-1) ?? 0
  return [...SLANTS.map((slant) => ({ slant, type: k })), ...smaller.map((type) => ({ slant: least, type }))]
}

/** The narration of a whole run, and where its numbers stand. */
function useNarration(input: Ref<SequenceInput | null>) {
  const { locale } = useI18n()
  const sentences = computed((): Sentence[] =>
    input.value ? narrateRun(input.value, locale.value === 'ko' ? 'ko' : 'en') : [],
  )
  return { sentences, numbers: computed(() => placesOf(sentences.value)) }
}

/** Second lines of the lanes' names; a lane without one says its role. '' is the broker. */
function laneNotes(lanes: readonly Lane[], note: string | undefined, broker: string): Map<string, string> {
  const own = note === undefined ? [] : lanes.map((l) => [l.clientId ?? '', note] as const)
  return new Map([...own, ['', broker]])
}

/** The diagram's words, with times in whole ms from the first packet. */
export function useLessonWords() {
  const { t } = useI18n()
  const { format } = useFormat()
  const shared = useWords(
    () => false,
    () => false,
  )
  const wholeMs = (ms: number): string => t('common.ms', { n: format.value.int(Math.round(ms)) })
  return computed((): SequenceWords => ({
    ...shared.value,
    time: (ms) => format.value.int(Math.round(ms)),
    nothingSent: (ms) => t('handshakes.word.nothingSent', { time: wholeMs(ms) }),
    notShown: (ms, types) => t('handshakes.word.notShown', { time: wholeMs(ms), types: types.join(', ') }),
    plus: (ms) => `+${format.value.int(Math.round(ms))}`,
  }))
}

/** The picture of a recorded run, as tall as there is room, and its narration. */
export function useRecordedScene(recording: Ref<Recording | null>) {
  const settings = useSettings()
  const { t } = useI18n()
  const width = ref(0)
  const height = ref(0)
  const k = computed(() => (settings.projector ? 21 / 16 : 1))
  const strokeK = computed(() => (settings.projector ? 1.6 : 1))
  const input = computed((): SequenceInput | null =>
    recording.value ? fromFirstPacket(recording.value.timeline) : null,
  )
  const hidden = computed(() => (recording.value ? fromStart(recording.value) : []))
  const lanes = computed((): Lane[] => (recording.value ? lanesOf(recording.value.clients) : []))
  const words = useLessonWords()
  const { sentences, numbers } = useNarration(input)
  function draw(now: SequenceInput, slant: number, type: number): Scene {
    const scene = layoutSequence(now, {
      lanes: lanes.value,
      width: width.value,
      k: type,
      pxPerMs: suggestPxPerMs(now.packets, slant) * type,
      nowMs: now.packets.reduce((ms, p) => Math.max(ms, p.settledMs ?? p.sentMs), 0),
      words: words.value,
      noCards: true,
      hidden: hidden.value,
      laneNotes: laneNotes(lanes.value, recording.value?.note, t('lessons.broker')),
      numbers: numbers.value,
    })
    // Brackets of whole messages belong to the verdict cards, which are not drawn here.
    const notes = segmentNotes(now, scene, type, (n) => t('lessons.segmentNote', { n }))
    return { ...scene, journeys: [], notes: [...scene.notes, ...notes] }
  }
  const picture = computed((): { scene: Scene; k: number } | null => {
    const now = input.value
    if (!now || width.value < 100) return null
    let drawn: { scene: Scene; k: number } | null = null
    for (const { slant, type } of attempts(k.value)) {
      drawn = { scene: draw(now, slant, type), k: type }
      if (drawn.scene.height <= height.value) break
    }
    return drawn
  })
  return {
    scene: computed(() => picture.value?.scene ?? null),
    sentences,
    k: computed(() => picture.value?.k ?? k.value),
    strokeK,
    resize: (w: number, h: number): void => {
      width.value = Math.floor(w)
      height.value = Math.floor(h)
    },
  }
}
