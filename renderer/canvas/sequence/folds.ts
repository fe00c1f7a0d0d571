import { textWidth } from '../text-width'
import { flat, type Taken } from './boxes'
import type { Fold, TimeScale } from './time-scale'
import type { FoldShape, LinePart, SequenceOptions } from './types'

/** What a band stands for. Nothing is said to have been sent only where that is true. */
function foldText({ t0, t1, ms, idle }: Fold, { hidden = [], words }: SequenceOptions): string {
  const within = hidden.filter((p) => p.sentMs < t1 && p.settledMs > t0).map((p) => p.type)
  if (within.length > 0) return words.notShown(ms, [...new Set(within)])
  return idle ? words.nothingSent(ms) : words.onlyOnTheWay(ms)
}

/** A line down the picture, in parts: a part in a band stands for time that is not drawn. */
export function partsOf(y0: number, y1: number, folds: readonly Pick<Fold, 'y0' | 'y1'>[]): LinePart[] {
  const inside = folds.filter((f) => f.y0 < y1 && f.y1 > y0).sort((a, b) => a.y0 - b.y0)
  const parts: LinePart[] = []
  let from = y0
  for (const f of inside) {
    if (f.y0 > from) parts.push({ y0: from, y1: f.y0, folded: false })
    parts.push({ y0: Math.max(from, f.y0), y1: Math.min(y1, f.y1), folded: true })
    from = Math.min(y1, f.y1)
  }
  if (from < y1) parts.push({ y0: from, y1, folded: false })
  return parts
}

/** Places that are tried for the words of a band, besides the usual ones. */
const TRIED = 12

/**
 * Bands that say how much time they stand for, where nothing else is to be read: all of it, or the time alone where there is
 * less room, or nothing. Its title says all of it in any case.
 * No bracket runs through them.
 * @param at where lanes begin and end, the broker's lane, and the ends of the band, px
 */
export function drawFolds(
  scale: TimeScale,
  at: { x0: number; x1: number; brokerX: number; axisX: number; right: number },
  o: SequenceOptions,
  { taken, brackets }: { taken: Taken; brackets: readonly { x: number; y0: number; y1: number }[] },
): FoldShape[] {
  const { k } = o
  const right = at.x1 > at.brokerX + 60 * k
  const [a, b] = right ? [at.brokerX, at.x1] : [at.x0, at.brokerX]
  const usual = [0.5, 0.68, 0.32].map((share) => a + (b - a) * share).concat((at.x0 + at.brokerX) / 2)
  return scale.folds.map((fold) => {
    const y = (fold.y0 + fold.y1) / 2
    const title = foldText(fold, o)
    const across = brackets.filter((b) => b.y0 < fold.y1 && b.y1 > fold.y0)
    const free = (x: number, width: number): boolean =>
      !across.some((b) => Math.abs(b.x - x) < width / 2 + 3 * k) &&
      taken.free(flat(x - width / 2, y, width, 12 * k))
    for (const text of [title, o.words.span(fold.ms)]) {
      const width = textWidth(text, k)
      // the words stay within the band
      const [least, most] = [at.axisX + width / 2 + 4 * k, at.right - width / 2 - 4 * k]
      if (least > most) continue
      const others = Array.from({ length: TRIED }, (_, i) => least + ((most - least) * i) / (TRIED - 1))
      const places = [...usual.map((x) => Math.max(least, Math.min(most, x))), ...others]
      const textX = places.find((x) => free(x, width))
      if (textX === undefined) continue
      taken.add(flat(textX - width / 2, y, width, 12 * k))
      return { ...fold, title, text, textX }
    }
    return { ...fold, title, text: '', textX: (a + b) / 2 }
  })
}
