import type { JourneyRow, PacketRow } from '@contract/model'
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { journeyFacts } from '../../canvas/sequence/facts'
import { chooseLanes, clientsInQuery } from '../../canvas/sequence/lanes'
import { layoutSequence, METRICS } from '../../canvas/sequence/layout'
import { narrate, type NarrationLanguage, type Sentence } from '../../canvas/sequence/narration/narrate'
import { suggestPxPerMs } from '../../canvas/sequence/time-scale'
import type { CardText, Scene, SequenceInput } from '../../canvas/sequence/types'
import { useFormat } from '../../i18n/format'
import { usePackets } from '../../stores/packets'
import { useScenario } from '../../stores/scenario'
import { useSettings } from '../../stores/settings'
import { useStatus } from '../../stores/status'
import { linkNote, linkOfClient } from './link-note'
import { cardText, useWords } from './words'

/** Packets drawn while following live, and at most while reading. */
const LIVE_PACKETS = 90
const READ_PACKETS = 600
/** Rows by which lanes are chosen. */
const LANE_ROWS = 400
/** Slant of a typical packet, px at 16 px type. */
const SLANT = 28
const ZOOM_STEP = 1.5
const ZOOM_MIN = 1 / 40
const ZOOM_MAX = 40
const MAX_STORIES = 3

/** One message's story beside the diagram. */
export interface Story {
  journey: JourneyRow
  card: CardText
  /** Sentences with their numbers counted through all stories shown. */
  sentences: Sentence[]
}

/** The Handshakes picture: which packets, which lanes, on what scale, with which words. */
export function useDiagram() {
  const packets = usePackets()
  const settings = useSettings()
  const scenario = useScenario()
  const status = useStatus()
  const { t, locale } = useI18n()
  const { format } = useFormat()

  const width = ref(0)
  const k = computed(() => (settings.projector ? 21 / 16 : 1))
  const strokeK = computed(() => (settings.projector ? 1.6 : 1))
  const zoom = ref(1)
  const narration = ref(true)
  const pinned = ref<string[]>([])
  /** Journeys that can be seen now. */
  const inView = shallowRef<readonly number[]>([])
  /** Capture number around which packets are drawn while the view stands still; null for the latest. */
  const centre = ref<number | null>(null)
  const previousLanes = shallowRef<readonly string[]>([])

  const maxLanes = computed(() => Math.max(2, Math.min(6, Math.floor((width.value / k.value - 330) / 150))))
  const choice = computed(() => {
    const rows = packets.rows.slice(-LANE_ROWS)
    const around = centre.value === null ? rows : slice(packets.rows, centre.value, LANE_ROWS)
    return chooseLanes({
      packets: around,
      ...belongings(around),
      wanted: [...pinned.value, ...clientsInQuery(packets.filter)].slice(0, 6),
      previous: previousLanes.value,
      max: Math.max(maxLanes.value, Math.min(6, pinned.value.length + clientsInQuery(packets.filter).length)),
    })
  })
  watch(choice, (c) => {
    const now = c.lanes.flatMap((l) => l.clientId ?? [])
    if (now.join(' ') !== previousLanes.value.join(' ')) previousLanes.value = now
  })
  watch(
    () => [packets.filter, maxLanes.value],
    () => (previousLanes.value = []),
  )
  watch(
    () => packets.live,
    (live) => {
      if (live) centre.value = null
    },
  )

  function belongings(rows: readonly PacketRow[]): Omit<SequenceInput, 'packets'> {
    const exchanges = new Set(rows.map((p) => p.exchange))
    const journeys = new Set(rows.map((p) => p.journey))
    return {
      exchanges: [...exchanges].flatMap((id) => packets.window.exchange(id) ?? []),
      journeys: [...journeys].flatMap((id) => packets.window.journey(id) ?? []),
      marks: packets.window.marks(),
    }
  }

  const input = computed((): SequenceInput => {
    const lanes = new Set(choice.value.lanes.map((l) => l.clientId))
    const own = packets.rows.filter((p) => lanes.has(p.clientId))
    const rows = packets.live
      ? own.slice(-LIVE_PACKETS)
      : centre.value === null
        ? own.slice(-READ_PACKETS)
        : slice(own, centre.value, READ_PACKETS)
    return { packets: rows, ...belongings(rows) }
  })

  const suggested = ref(1)
  watch(
    input,
    (i, before) => {
      const ideal = suggestPxPerMs(i.packets, SLANT)
      const first = i.packets.length > 0 && (before?.packets.length ?? 0) === 0
      if (first || ideal > suggested.value * 2.4 || ideal < suggested.value / 2.4) suggested.value = ideal
    },
    { immediate: true },
  )

  const words = useWords(() => packets.filter !== '' || choice.value.others.length > 0)
  const linkFormat = computed(() => ({
    kind: (kind: string) => t(`link.${kind}`),
    percent: format.value.percent,
    byRule: t('top.lossByRule'),
    ms: (ms: number) => t('common.ms', { n: format.value.significant(ms) }),
  }))
  const linkNotes = computed(() => {
    const notes = new Map<string, string>()
    for (const lane of choice.value.lanes) {
      const link = lane.clientId === null ? null : linkOfClient(lane.clientId, scenario.scenario)
      if (lane.clientId !== null && link) notes.set(lane.clientId, linkNote(link, linkFormat.value))
    }
    return notes
  })

  const language = computed<NarrationLanguage>(() => (locale.value === 'ko' ? 'ko' : 'en'))
  const stories = computed((): Story[] => {
    if (!narration.value) return []
    let n = 0
    return journeysToTell().map((journey) => {
      const { packets: rows, exchanges, marks } = input.value
      const facts = journeyFacts(journey, exchanges, rows)
      const sentences = narrate(journey, exchanges, rows, language.value, marks).map((s) => ({
        ...s,
        n: ++n,
      }))
      return { journey, card: cardText(facts, t, format.value.int), sentences }
    })
  })

  function journeysToTell(): JourneyRow[] {
    const { journeys, packets: rows, exchanges } = input.value
    const chosen = packets.selected === null ? null : rows.find((p) => p.seq === packets.selected)
    if (chosen && chosen.journey !== null) return journeys.filter((j) => j.id === chosen.journey)
    const seen = journeys.filter((j) => inView.value.includes(j.id))
    const troubled = seen.filter((j) => {
      const f = journeyFacts(j, exchanges, rows)
      return f.losses.length > 0 || f.retries > 0 || f.held.length > 0 || f.duplicates > 0
    })
    const pick = troubled.length > 0 ? troubled.slice(-MAX_STORIES) : seen.slice(-1)
    return pick.sort((a, b) => a.startedMs - b.startedMs)
  }

  const numbers = computed(() => {
    const map = new Map<number, number[]>()
    for (const s of stories.value.flatMap((story) => story.sentences)) {
      if (s.seq !== null) map.set(s.seq, [...(map.get(s.seq) ?? []), s.n])
    }
    return map
  })

  const noCards = computed(() => width.value < 620 * k.value)
  const scene = computed((): Scene | null => {
    if (width.value < 100) return null
    return layoutSequence(input.value, {
      lanes: choice.value.lanes,
      width: width.value,
      k: k.value,
      pxPerMs: suggested.value * zoom.value * k.value,
      nowMs: status.status?.nowMs ?? 0,
      words: words.value,
      noCards: noCards.value,
      linkNotes: width.value < METRICS.narrow * k.value ? new Map() : linkNotes.value,
      laneNotes: new Map([
        ['', status.status?.broker.kind === 'external' ? (status.status.broker.url ?? '') : 'aedes'],
      ]),
      numbers: numbers.value,
    })
  })

  const setZoom = (z: number): void => void (zoom.value = Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, z)))
  return reactive({
    width,
    k,
    strokeK,
    narration,
    pinned,
    inView,
    centre,
    lanes: computed(() => choice.value.lanes),
    others: computed(() => choice.value.others),
    input,
    scene,
    stories,
    zoomed: computed(() => zoom.value !== 1),
    zoomIn: () => setZoom(zoom.value * ZOOM_STEP),
    zoomOut: () => setZoom(zoom.value / ZOOM_STEP),
    zoomReset: () => setZoom(1),
    zoomBy: (factor: number) => setZoom(zoom.value * factor),
    pin: (id: string) => (pinned.value = [id, ...pinned.value.filter((p) => p !== id)].slice(0, 4)),
    unpin: () => {
      pinned.value = []
      previousLanes.value = []
    },
  })
}
export type Diagram = ReturnType<typeof useDiagram>

/** The `n` rows around a capture number. */
function slice(rows: readonly PacketRow[], seq: number, n: number): PacketRow[] {
  const at = rows.findIndex((p) => p.seq >= seq)
  const middle = at < 0 ? rows.length : at
  const from = Math.max(0, Math.min(middle - Math.floor(n / 2), rows.length - n))
  return rows.slice(from, from + n)
}
