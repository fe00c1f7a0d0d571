import type { EngineStatus, PacketRow } from '@contract/model'
import type { TimeRange } from '@contract/time-range'
import { computed, reactive, ref, shallowRef, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { layoutSequence, METRICS } from '../../canvas/sequence/layout'
import type { Lane, Scene, SequenceInput } from '../../canvas/sequence/types'
import { useFormat } from '../../i18n/format'
import { usePackets } from '../../stores/packets'
import { useScenario } from '../../stores/scenario'
import { useSettings } from '../../stores/settings'
import { useStatus } from '../../stores/status'
import { linkNote, linkOfClient } from './link-note'
import { belongings, rowsOfLanes, slice } from './rows-in-view'
import { useLaneChoice } from './use-lane-choice'
import { useStories } from './use-stories'
import { useTimeZoom } from './use-time-zoom'
import { useWords } from './words'

/** Packets drawn while following live, and at most while reading. */
const LIVE_PACKETS = 90
const READ_PACKETS = 600
/** Under this width, in units of the type, there is no room for verdict cards. */
const CARDS_FROM = 560

/** From this width on, px at 16 px type, the picture grows with it: an arrow is not longer than can be followed. */
const GROWS_FROM = 1800
const LARGEST = 1.8
const largerIn = (width: number): number => Math.min(LARGEST, Math.max(1, width / GROWS_FROM))

/** The link of each lane in a few words. */
function useLinkNotes(lanes: Ref<readonly Lane[]>) {
  const scenario = useScenario()
  const { t } = useI18n()
  const { format } = useFormat()
  const style = computed(() => ({
    kind: (kind: string) => t(`link.${kind}`),
    percent: format.value.percent,
    byRule: t('top.lossByRule'),
    ms: (ms: number) => t('common.ms', { n: format.value.significant(ms) }),
  }))
  return computed(() => {
    const notes = new Map<string, string>()
    for (const { clientId } of lanes.value) {
      const link = clientId === null ? null : linkOfClient(clientId, scenario.scenario)
      if (clientId !== null && link) notes.set(clientId, linkNote(link, style.value))
    }
    return notes
  })
}

/** What the broker is: embedded, or at which address; of a recorded capture it is not known. */
export const brokerNote = (s: EngineStatus | null, t: (key: string) => string): string =>
  s?.recording ? '' : s?.broker.kind === 'external' ? (s.broker.url ?? '') : t('lessons.broker')

/** The last moment the packets tell of: those on their way are drawn up to there. */
const latest = (rows: readonly PacketRow[]): number =>
  rows.reduce((t, p) => Math.max(t, p.settledMs ?? p.sentMs), 0)

/** The packets to draw, with what belongs to them. */
function useInput(lanes: ReturnType<typeof useLaneChoice>, centre: Ref<number | null>) {
  const packets = usePackets()
  function own(all: readonly PacketRow[]): PacketRow[] {
    const shown = new Set(lanes.lanes.value.map((l) => l.clientId))
    const publisherOf = (id: number | null): string | null | undefined =>
      packets.window.journey(id)?.publisher
    return rowsOfLanes(all, shown, publisherOf, lanes.named.value)
  }
  return computed((): SequenceInput => {
    const rows =
      centre.value === null
        ? own(packets.followedRows).slice(packets.live ? -LIVE_PACKETS : -READ_PACKETS)
        : slice(own(packets.rows), centre.value, READ_PACKETS)
    return { packets: rows, ...belongings(packets.window, rows) }
  })
}

/** Which part of the picture the pane shows. */
function usePlace() {
  /** Asks the pane to move the picture: by this many heights of the pane. */
  const pan = shallowRef({ by: 0 })
  /** The time that is in view; null without a picture. */
  const inView = shallowRef<TimeRange | null>(null)
  return {
    pan,
    inView,
    panBy: (by: number): void => void (pan.value = { by }),
    showing: (range: TimeRange | null): void => void (inView.value = range),
  }
}

/** The Handshakes picture: which packets, which lanes, on what scale, with which words. */
export function useDiagram() {
  const packets = usePackets()
  const settings = useSettings()
  const status = useStatus()
  const width = ref(0)
  const height = ref(0)
  const narration = ref(true)
  /** Capture number around which packets are drawn while the view stands still; null for the latest. */
  const centre = ref<number | null>(null)
  const place = usePlace()
  const k = computed(() => settings.pictureScale * largerIn(width.value / settings.pictureScale))
  const units = computed(() => width.value / k.value)
  watch(
    () => packets.live,
    (live) => live && (centre.value = null),
  )

  const resize = (w: number, h: number): void => {
    width.value = Math.floor(w)
    height.value = Math.floor(h)
  }
  const lanes = useLaneChoice(units, centre)
  const input = useInput(lanes, centre)
  const time = useTimeZoom(input)
  const { stories, numbers, see } = useStories(input, narration, lanes.several)
  const partial = (): boolean => packets.filter !== '' || lanes.others.value.length > 0
  const { t } = useI18n()
  const words = useWords(partial, lanes.several, () => status.recorded)
  const links = useLinkNotes(lanes.lanes)
  const scene = computed((): Scene | null => {
    if (units.value < 100) return null
    return layoutSequence(input.value, {
      lanes: lanes.lanes.value,
      width: width.value,
      k: k.value,
      pxPerMs: time.pxPerMs.value * k.value,
      minHeight: height.value,
      nowMs: latest(input.value.packets),
      words: words.value,
      noCards: units.value < CARDS_FROM,
      terse: true,
      linkNotes: units.value < METRICS.narrow ? new Map() : links.value,
      laneNotes: new Map([['', brokerNote(status.status, t)]]),
      numbers: numbers.value,
    })
  })

  return reactive({
    ...lanes,
    ...time,
    k,
    strokeK: computed(() => (settings.projector ? 1.6 : 1)),
    narration,
    input,
    scene,
    stories,
    see,
    resize,
    ...place,
    centreOn: (seq: number): void => void (centre.value = seq),
    toggleNarration: (): void => void (narration.value = !narration.value),
  })
}
export type Diagram = ReturnType<typeof useDiagram>
