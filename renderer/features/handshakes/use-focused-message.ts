import { printable } from '@contract/printable'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { journeyFacts } from '../../canvas/sequence/facts'
import { useFormat } from '../../i18n/format'
import { useLanguage } from '../../i18n/language'
import { useFocus } from '../../stores/focus'
import { useStatus } from '../../stores/status'
import { useRecordedScene } from '../replay/use-recorded-scene'
import { focusRecording } from './focus-recording'
import { brokerNote } from './use-diagram'
import { cardText } from './words'

/**
 * The one message that is looked at: its recording, its picture and its verdict.
 * @param shown whether it is drawn here now; where it is not, there is nothing
 */
export function useFocusedMessage(shown: () => boolean = () => true) {
  const { t } = useI18n()
  const { format } = useFormat()
  const lang = useLanguage()
  const focus = useFocus()
  const status = useStatus()
  const batch = computed(() => (shown() ? focus.batch : null))
  const focused = computed(() => batch.value && focusRecording(batch.value, brokerNote(status.status, t)))
  const card = computed(() => {
    const b = batch.value
    const journey = b?.journeys[0]
    if (!b || !journey) return null
    const facts = journeyFacts(journey, b.exchanges, b.packets)
    const text = cardText(facts, t, format.value.int, lang.value, true, status.recorded)
    return { ...text, topic: printable(journey.topic) }
  })
  const recorded = useRecordedScene(computed(() => focused.value?.recording ?? null))
  return { focused, recorded, card }
}
