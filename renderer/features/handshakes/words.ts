import type { Language } from '@contract/languages'
import { printable } from '@contract/printable'
import type { SessionMark } from '@contract/model'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useLanguage } from '../../i18n/language'
import type { JourneyFacts } from '../../canvas/sequence/facts'
import type { MermaidWords } from '../../canvas/sequence/mermaid'
import { refusalText } from '../../canvas/sequence/narration/tellers'
import type { CardText, SequenceWords, Tone } from '../../canvas/sequence/types'
import { useFormat } from '../../i18n/format'

type Translate = (key: string, values?: Record<string, unknown>) => string

const TONES: Record<JourneyFacts['outcome'], Tone> = {
  held: 'accent',
  open: 'plain',
  'gave-up': 'loss',
  refused: 'loss',
  abandoned: 'loss',
  lost: 'loss',
  duplicate: 'warn',
  'exactly-once': 'good',
  delivered: 'good',
  'no-subscriber': 'plain',
}

/** What a session mark says. */
export function markText(m: SessionMark, t: Translate, lang: Language): string {
  switch (m.kind) {
    case 'gave-up':
      return t('handshakes.word.gaveUp', { id: m.detail ?? '' })
    case 'connack':
      return m.detail === null
        ? t('handshakes.word.connack')
        : t('handshakes.word.refused', { code: m.detail })
    case 'closed':
      return m.detail === null
        ? t('handshakes.word.closed')
        : t('handshakes.word.closedWhy', { why: refusalText(m.detail, lang) })
    case 'connect':
    case 'resume':
    case 'cut':
    case 'reset':
    case 'recovery':
    case 'disconnect':
    case 'broken':
    case 'taken-over':
    case 'timeout':
    case 'dead':
    case 'will':
    case 'no-will':
    case 'will-withdrawn':
      return t(`handshakes.word.${m.kind}`)
  }
}

/**
 * Verdict of one journey: title (with its publisher where there are several), chips, reason: of a refused one the cause.
 * @param recorded whether the packets are those of a recorded capture, which does not know of all subscribers
 */
export function cardText(
  f: JourneyFacts,
  t: Translate,
  int: (n: number) => string,
  lang: Language,
  withPublisher = false,
  recorded = false,
): CardText {
  const seen = recorded && f.outcome === 'no-subscriber' ? 'none-seen' : f.outcome
  const outcome = t(`handshakes.card.${seen}`)
  const chips: CardText['chips'] = []
  if (f.retries > 0) chips.push({ tone: 'warn', text: t('handshakes.card.retried', { n: f.retries }) })
  chips.push({ tone: TONES[f.outcome], text: outcome })
  const troubled =
    f.refused.length > 0 || f.retries > 0 || f.losses.length > 0 || f.duplicates > 0 || f.missed.length > 0
  const settled = f.outcome !== 'open' && f.outcome !== 'held'
  const counts = t('handshakes.card.counts', { lost: f.missed.length, dup: f.duplicates })
  const refusal = f.refused[0]?.refusal ?? null
  const told =
    refusal !== null ? refusalText(refusal, lang) : f.diedOnUplink ? t('handshakes.card.neverBroker') : counts
  const reason = settled && troubled ? told : ''
  const publisher = withPublisher ? f.journey.publisher : null
  const n = publisher === null ? int(f.number) : `${printable(publisher)}:${f.number}`
  const title = t(`handshakes.card.${publisher === null ? 'title' : 'titleOf'}`, { qos: f.journey.qos, n })
  return { title, chips, reason, brief: `${title}: ${outcome}` }
}

/**
 * The diagram's words in the reader's language. `partial`: some packets are not in the picture; `several`: it has more
 * than one publisher.
 */
export function useWords(
  partial: () => boolean,
  several: () => boolean = () => false,
  recorded: () => boolean = () => false,
): ComputedRef<SequenceWords> {
  const { t } = useI18n()
  const lang = useLanguage()
  const { format, duration, spanMs } = useFormat()
  return computed(() => ({
    broker: t('term.broker'),
    publisher: t('term.publisher'),
    subscriber: t('term.subscriber'),
    both: t('handshakes.word.both'),
    lost: t('handshakes.fate.lost'),
    dropped: t('handshakes.fate.dropped'),
    delivered: t('handshakes.fate.delivered'),
    duplicate: t('term.duplicate'),
    altered: (how) => t(`handshakes.altered.${how}`),
    nothingSent: (ms) =>
      t(partial() ? 'handshakes.word.nothingHere' : 'handshakes.word.nothingSent', { time: spanMs(ms) }),
    onlyOnTheWay: (ms) => t('handshakes.word.onTheWay', { time: spanMs(ms) }),
    notShown: (ms, types) => t('handshakes.word.notShown', { time: spanMs(ms), types: types.join(', ') }),
    retryTimer: (ms, ran) => t(`handshakes.word.${ran ? 'timerRan' : 'retryTimer'}`, { time: duration(ms) }),
    afterReconnect: (ms) =>
      ms === null
        ? t('handshakes.word.reconnected')
        : t('handshakes.word.afterReconnect', { time: duration(ms) }),
    stored: (id, atBroker) => t(`handshakes.word.stored${atBroker ? 'Broker' : 'Client'}`, { id: id ?? '' }),
    discarded: (id, atBroker) =>
      t(`handshakes.word.discarded${atBroker ? 'Broker' : 'Client'}`, { id: id ?? '' }),
    refused: (reason) => t('handshakes.word.refusedWhy', { why: refusalText(reason, lang.value) }),
    mark: (m) => markText(m, t, lang.value),
    time: (ms) => format.value.seconds(ms),
    span: spanMs,
    plus: (ms) => `+${format.value.ms(ms)}`,
    card: (f) => cardText(f, t, format.value.int, lang.value, several(), recorded()),
  }))
}

/** Words of the Mermaid text. */
export function useMermaidWords(): ComputedRef<MermaidWords> {
  const { t } = useI18n()
  const lang = useLanguage()
  const { spanMs } = useFormat()
  return computed(() => ({
    broker: t('term.broker'),
    lost: t('handshakes.fate.lost'),
    dropped: t('handshakes.fate.dropped'),
    held: t('handshakes.fate.held'),
    onTheWay: t('handshakes.fate.transit'),
    mark: (m) => markText(m, t, lang.value),
    idle: (ms) => t('handshakes.word.nothingHere', { time: spanMs(ms) }),
  }))
}
