import type { JourneyRow } from '@contract/model'
import { computed, shallowRef, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useLanguage } from '../../i18n/language'
import { journeyFacts, type JourneyFacts } from '../../canvas/sequence/facts'
import { narrate, numberStories, placesOf, type Sentence } from '../../canvas/sequence/narration/narrate'
import type { CardText, SequenceInput } from '../../canvas/sequence/types'
import { useFormat } from '../../i18n/format'
import { usePackets } from '../../stores/packets'
import { useStatus } from '../../stores/status'
import { cardText } from './words'

const MAX_STORIES = 3

/** One message's story beside the diagram. */
export interface Story {
  journey: JourneyRow
  card: CardText
  /** Numbers count through all stories shown. */
  sentences: Sentence[]
}

/** A recorded capture does not know whether the broker had other subscribers. */
const isSeen = (s: Sentence): boolean => s.kind !== 'nobody'

const isTroubled = (f: JourneyFacts): boolean =>
  f.losses.length > 0 || f.retries > 0 || f.held.length > 0 || f.duplicates > 0

/** The stories to tell: of the selected packet's message, else of those in view in which something went wrong. */
export function useStories(input: Ref<SequenceInput>, on: Ref<boolean>, several: () => boolean) {
  const packets = usePackets()
  const status = useStatus()
  const { t } = useI18n()
  const language = useLanguage()
  const { format } = useFormat()
  /** Journeys that can be seen now. */
  const inView = shallowRef<readonly number[]>([])

  function journeysToTell(): JourneyRow[] {
    const { journeys, packets: rows, exchanges } = input.value
    const chosen = packets.selected === null ? undefined : rows.find((p) => p.seq === packets.selected)
    if (chosen && chosen.journey !== null) return journeys.filter((j) => j.id === chosen.journey)
    const seen = journeys.filter((j) => inView.value.includes(j.id))
    const troubled = seen.filter((j) => isTroubled(journeyFacts(j, exchanges, rows)))
    const pick = troubled.length > 0 ? troubled.slice(-MAX_STORIES) : seen.slice(-1)
    return pick.sort((a, b) => a.startedMs - b.startedMs)
  }
  const stories = computed((): Story[] => {
    if (!on.value) return []
    const { packets: rows, exchanges, marks } = input.value
    const lang = language.value
    const journeys = journeysToTell()
    const { recorded } = status
    const told = numberStories(
      journeys.map((j) => narrate(j, exchanges, rows, lang, marks).filter((s) => !recorded || isSeen(s))),
    )
    return journeys.map((journey, i) => {
      const facts = journeyFacts(journey, exchanges, rows)
      const card = cardText(facts, t, format.value.int, lang, several(), recorded)
      return { journey, card, sentences: told[i] ?? [] }
    })
  })
  const numbers = computed(() => placesOf(stories.value.flatMap((story) => story.sentences)))
  function see(ids: readonly number[]): void {
    if (ids.join() !== inView.value.join()) inView.value = ids
  }
  return { stories, numbers, see }
}
