import { useElementSize } from '@vueuse/core'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { onBeforeUnmount, onMounted, watch, type Ref, type WatchSource } from 'vue'
import { readToken } from './packet-style'

/** Pixels of 1 rem, which grows with the type of the page. */
export const rootPx = (): number => parseFloat(getComputedStyle(document.documentElement).fontSize)

/** Factor of the widths of lines, larger in projector mode. */
export const strokeK = (): number => Number(readToken('--stroke-k')) || 1

/** An axis in the colours and type of the page. @param rem pixels of 1 rem */
export const axisOf = (rem: number, more: Partial<uPlot.Axis>): uPlot.Axis => ({
  stroke: readToken('--color-ink-2'),
  font: `${0.6875 * rem}px ${readToken('--font-sans')}`,
  grid: { stroke: readToken('--color-line'), width: 1 },
  ticks: { show: false },
  ...more,
})

/** What charts of the page have in common: they show no legend of their own and no cross at the pointer. */
export const PLAIN: Pick<uPlot.Options, 'legend' | 'cursor'> = {
  legend: { show: false },
  cursor: { points: { show: false }, x: false, y: false, drag: { x: false, y: false } },
}

interface PlotParts {
  options(el: HTMLElement): uPlot.Options
  data(): uPlot.AlignedData
  /** Besides the size of the box, what the chart is made again for. */
  remake: WatchSource[]
  /** Least height of the box, px. @default 21 */
  leastPx?: number
}

/** A chart that fills a box for as long as its component lives; there is none while the box has no room. */
export function usePlot(
  box: Readonly<Ref<HTMLElement | null>>,
  { options, data, remake, leastPx = 21 }: PlotParts,
) {
  const { width, height } = useElementSize(box)
  let plot: uPlot | null = null
  function make(): void {
    plot?.destroy()
    plot = null
    const el = box.value
    if (el && el.clientWidth > 0 && el.clientHeight >= leastPx) plot = new uPlot(options(el), data(), el)
  }
  onMounted(make)
  watch([width, height, ...remake], make, { flush: 'post' })
  onBeforeUnmount(() => plot?.destroy())
  return {
    height,
    current: (): uPlot | null => plot,
    setData: (): void => plot?.setData(data()),
    redraw: (): void => plot?.redraw(false, false),
  }
}
