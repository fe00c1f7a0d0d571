import type { HiddenPacket, LessonClient } from '@contract/lesson-run'
import type { PacketBatch } from '@contract/model'
import { computed, ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useLanguage } from '../../i18n/language'
import { SENTENCE } from '../../canvas/sequence/beside'
import { fitPicture, type Fitted } from '../../canvas/sequence/fit'
import { narrateRun, type Sentence } from '../../canvas/sequence/narration/narrate'
import type { Lane, SequenceInput, SequenceWords } from '../../canvas/sequence/types'
import { useFormat } from '../../i18n/format'
import { useSettings } from '../../stores/settings'
import { useWords } from '../handshakes/words'
import { fromFirstPacket, fromStart, lanesOf, segmentNotes } from './recorded'

/** Type of labels at 16 px type, px. */
const LABEL = 11
/** Where it stands still, so much more of a picture is shown, px at 16 px type: what belongs to the last event. */
export const PAST_PEN = 14

export interface Recording {
  timeline: PacketBatch
  clients: readonly LessonClient[]
  /** What went over the links besides; see `LessonOutcome`. */
  hidden?: readonly HiddenPacket[]
  /** Stands under the name of every client instead of its role. */
  note?: string
  /** Stands under the broker's name. @default that it is the embedded one */
  broker?: string
  /** One message of a run that may have had others: a time without its packets is not a time without any. */
  part?: boolean
}

/** The narration of a whole run. */
function useNarration(input: Ref<SequenceInput | null>) {
  const lang = useLanguage()
  return computed((): Sentence[] => (input.value ? narrateRun(input.value, lang.value) : []))
}

/** Second lines of the lanes' names; a lane without one says its role. '' is the broker. */
function laneNotes(lanes: readonly Lane[], note: string | undefined, broker: string): Map<string, string> {
  const own = note === undefined ? [] : lanes.map((l) => [l.clientId ?? '', note] as const)
  return new Map([...own, ['', broker]])
}

/**
 * The diagram's words, with times in whole ms from the first packet.
 * @param part whether packets of other messages are left out, see `Recording`
 */
export function useLessonWords(part: () => boolean = () => false) {
  const { format } = useFormat()
  const shared = useWords(part)
  return computed((): SequenceWords => ({
    ...shared.value,
    time: (ms) => format.value.int(Math.round(ms)),
    plus: (ms) => `+${format.value.int(Math.round(ms))}`,
  }))
}

/**
 * The picture of a recorded run, as large as there is room, and its narration.
 * @param how on paper the type does not follow the screen's, and no numbers lead to sentences
 */
export function useRecordedScene(recording: Ref<Recording | null>, how: { paper?: boolean } = {}) {
  const settings = useSettings()
  const { t } = useI18n()
  const width = ref(0)
  const height = ref(0)
  const paper = how.paper ?? false
  const k = computed(() => (paper ? 1 : settings.pictureScale))
  const strokeK = computed(() => (settings.projector && !paper ? 1.6 : 1))
  const input = computed((): SequenceInput | null =>
    recording.value ? fromFirstPacket(recording.value.timeline) : null,
  )
  const hidden = computed(() => (recording.value ? fromStart(recording.value) : []))
  const lanes = computed((): Lane[] => (recording.value ? lanesOf(recording.value.clients) : []))
  const words = useLessonWords(() => recording.value?.part ?? false)
  const sentences = useNarration(input)
  const picture = computed((): Fitted | null => {
    const now = input.value
    if (!now || width.value < 100) return null
    const drawn = fitPicture(now, {
      lanes: lanes.value,
      width: width.value,
      height: height.value,
      k: k.value,
      least: settings.projector && !paper ? k.value : 1,
      // sentences as large as labels can be read where these can
      tell: settings.projector && !paper ? LABEL / SENTENCE.font : 1,
      words: words.value,
      hidden: hidden.value,
      laneNotes: laneNotes(
        lanes.value,
        recording.value?.note,
        recording.value?.broker ?? t('lessons.broker'),
      ),
      sentences: paper ? [] : sentences.value,
    })
    // Brackets of whole messages belong to the verdict cards, which are not drawn here.
    const notes = segmentNotes(now, drawn.scene, drawn.k, (n, arrived) =>
      t(arrived ? 'lessons.segmentNote' : 'lessons.segmentLost', { n }),
    )
    return { ...drawn, scene: { ...drawn.scene, journeys: [], notes: [...drawn.scene.notes, ...notes] } }
  })
  return {
    scene: computed(() => picture.value?.scene ?? null),
    sentences,
    /** Where the sentences stand beside the picture; null where there is no room for them. */
    beside: computed(() => picture.value?.beside ?? null),
    k: computed(() => picture.value?.k ?? k.value),
    strokeK: computed(
      () => strokeK.value * Math.min(1.5, Math.sqrt((picture.value?.k ?? k.value) / k.value)),
    ),
    resize: (w: number, h: number): void => {
      width.value = Math.floor(w)
      height.value = Math.floor(h)
    },
  }
}
export type RecordedScene = ReturnType<typeof useRecordedScene>
