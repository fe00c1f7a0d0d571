import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import type { Point, Scene } from '../../canvas/sequence/types'
import type { Stroke, Tool } from './strokes'

/** Strokes on one picture, and points of one stroke, at most. */
const MAX_STROKES = 200
const MAX_POINTS = 2000
/** A move shorter than this adds no point, px. */
const LEAST_PX = 2

const far = (a: Point, b: Point): boolean => Math.hypot(a.x - b.x, a.y - b.y) >= LEAST_PX

/**
 * Drawing on a picture that stands still. What was drawn goes when the picture changes: an arrow that points at something
 * else would be wrong.
 */
export function useDrawing(scene: Ref<Scene | null>) {
  const open = ref(false)
  const tool = ref<Tool | null>(null)
  const strokes = shallowRef<readonly Stroke[]>([])
  const under = shallowRef<Stroke | null>(null)
  const shown = computed(() => (under.value === null ? strokes.value : [...strokes.value, under.value]))

  const add = (s: Stroke): void => {
    if (strokes.value.length < MAX_STROKES) strokes.value = [...strokes.value, s]
  }
  function down(p: Point): void {
    if (tool.value === 'pen') under.value = { kind: 'pen', points: [p] }
    else if (tool.value === 'arrow') under.value = { kind: 'arrow', from: p, to: p }
  }
  function move(p: Point): void {
    const s = under.value
    if (s?.kind === 'arrow') under.value = { ...s, to: p }
    if (s?.kind !== 'pen' || s.points.length >= MAX_POINTS) return
    const last = s.points.at(-1)
    if (!last || far(last, p)) under.value = { kind: 'pen', points: [...s.points, p] }
  }
  function up(): void {
    const s = under.value
    under.value = null
    if (s && (s.kind !== 'arrow' || far(s.from, s.to))) add(s)
  }
  const write = (at: Point, text: string): void => {
    if (text.trim() !== '') add({ kind: 'text', at, text: text.trim() })
  }
  const undo = (): void => void (strokes.value = strokes.value.slice(0, -1))
  const clear = (): void => void (strokes.value = [])
  const toggle = (): void => {
    open.value = !open.value
    if (!open.value) tool.value = null
  }
  watch(scene, clear)
  return {
    open,
    toggle,
    tool,
    shown,
    empty: computed(() => strokes.value.length === 0),
    down,
    move,
    up,
    write,
    undo,
    clear,
  }
}
export type Drawing = ReturnType<typeof useDrawing>
