import { useElementSize, useEventListener, useRafFn } from '@vueuse/core'
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { drawTopology, readTheme, type TopologyScene } from '../../canvas/topology/draw'
import {
  layoutTopology,
  topologyScale,
  type TopologyGroup,
  type TopologyNode,
} from '../../canvas/topology/layout'
import { PacketMotion } from '../../canvas/topology/motion'
import { nodeAt, placeMarks, zoomAt, type Point, type View } from '../../canvas/topology/scene'
import { useFormat } from '../../i18n/format'
import { useDevices } from '../../stores/devices'
import { usePacketFeed } from '../../stores/packet-feed'
import { useSettings } from '../../stores/settings'
import { useStatus } from '../../stores/status'
import { readToken } from '../../ui/packet-style'

type Canvas = Readonly<Ref<HTMLCanvasElement | null>>

const HOME: View = { zoom: 1, panX: 0, panY: 0 }
const FILTER = 'type:HANDSHAKE'

/** Size of the type, 1 at 16 px. */
const sizeOf = (width: number, height: number, type: number): number =>
  type * topologyScale(width, height, type)

/** Everything behind the topology's canvas: layout, packets in motion, pan, zoom and picking. */
export function useTopologyView(
  canvas: Canvas,
  groups: Readonly<Ref<readonly TopologyGroup[]>>,
  groupOf: Readonly<Ref<ReadonlyMap<string, string>>>,
) {
  const { t } = useI18n()
  const { format } = useFormat()
  const settings = useSettings()
  const status = useStatus()
  const devices = useDevices()
  const { width, height } = useElementSize(canvas)
  const view = shallowRef<View>(HOME)
  const hovered = shallowRef<TopologyNode | null>(null)
  const k = computed(() => sizeOf(width.value, height.value, settings.pictureScale))
  const layout = computed(() =>
    layoutTopology(groups.value, width.value || 600, height.value || 400, k.value),
  )
  const theme = shallowRef(readTheme(readToken, k.value))
  watch([() => settings.theme, k], () => (theme.value = readTheme(readToken, k.value)), { flush: 'post' })

  const packets = usePacketMotion((clientId) => {
    if (layout.value.nodeOf.has(clientId)) return clientId
    const group = groupOf.value.get(clientId)
    return group !== undefined && layout.value.nodeOfGroup.has(group) ? group : undefined
  })
  const nodeOf = (id: string): TopologyNode | undefined =>
    layout.value.nodeOf.get(id) ?? layout.value.nodeOfGroup.get(id)

  const scene = (): TopologyScene => ({
    layout: layout.value,
    view: view.value,
    marks: placeMarks(layout.value, view.value, packets.sprites(), nodeOf, k.value),
    selected: devices.selected,
    hovered: hovered.value,
    brokerTitle: t('term.broker'),
    brokerNote: t('common.perSecond', { n: format.value.rate(status.status?.messagesPerSecond ?? 0) }),
    lostWord: t('term.lost'),
  })
  const raf = useRafFn(({ delta }) => {
    packets.advance(delta)
    const context = sizedContext(canvas.value, width.value, height.value)
    if (context) drawTopology(context, width.value, height.value, scene(), theme.value)
  })

  const pick = (e: MouseEvent): TopologyNode | null => nodeAt(layout.value, view.value, at(e), 14 * k.value)
  const zoom = (p: Point, factor: number): void => {
    view.value = zoomAt(layout.value, view.value, p, factor)
  }
  usePointer(canvas, view, hovered, pick, zoom)
  return {
    share: packets.share,
    pick,
    zoomBy: (factor: number) => zoom(layout.value.broker, factor),
    reset: () => (view.value = HOME),
    moved: computed(() => view.value !== HOME),
    stop: () => {
      packets.stop()
      raf.pause()
    },
  }
}

const at = (e: MouseEvent): Point => ({ x: e.offsetX, y: e.offsetY })

/** The canvas's context, its bitmap as large as the screen's pixels. */
function sizedContext(
  canvas: HTMLCanvasElement | null,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  const c = canvas?.getContext('2d')
  if (!canvas || !c || width === 0) return null
  const [w, h] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)]
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h })
  c.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
  return c
}

/** The packets the engine sends, on a clock of their own that stands still while the run does. */
function usePacketMotion(nodeIdOf: (clientId: string) => string | undefined) {
  const status = useStatus()
  const motion = new PacketMotion()
  const share = ref({ drawn: 0, seen: 0 })
  let timeMs = 0
  let matchedBefore = 0
  const stopFeed = usePacketFeed().watch({
    filter: FILTER,
    tail: 0,
    onBatch: (batch, fresh) => {
      if (fresh) motion.clear()
      const matched = fresh ? 0 : Math.max(0, batch.matched - matchedBefore)
      matchedBefore = batch.matched
      if (!document.hidden) motion.add(batch.packets, nodeIdOf, timeMs, matched, status.status?.speed ?? 1)
    },
    onError: () => motion.clear(),
  })
  const counting = setInterval(() => (share.value = motion.share(timeMs)), 500)
  return {
    share,
    sprites: () => motion.frame(timeMs),
    advance: (delta: number) => {
      if (status.running) timeMs += Math.min(100, delta)
    },
    stop: () => {
      stopFeed()
      clearInterval(counting)
    },
  }
}

/** Dragging pans, the wheel zooms, moving without a button shows what is under the pointer. */
function usePointer(
  canvas: Canvas,
  view: Ref<View>,
  hovered: Ref<TopologyNode | null>,
  pick: (e: MouseEvent) => TopologyNode | null,
  zoom: (p: Point, factor: number) => void,
): void {
  useEventListener(canvas, 'pointermove', (e: PointerEvent) => {
    if ((e.buttons & 1) === 0) {
      hovered.value = pick(e)
      return
    }
    const { zoom: z, panX, panY } = view.value
    view.value = { zoom: z, panX: panX + e.movementX, panY: panY + e.movementY }
  })
  useEventListener(canvas, 'pointerleave', () => (hovered.value = null))
  useEventListener(
    canvas,
    'wheel',
    (e: WheelEvent) => {
      e.preventDefault()
      zoom(at(e), e.deltaY < 0 ? 1.15 : 1 / 1.15)
    },
    { passive: false },
  )
}
