import { Point } from '@influxdata/influxdb-client'
import { bucketsOf, type Figure } from './metrics-otlp'

/** A point with tags from labels. */
function point(name: string, labels: object, atMs: number): Point {
  const made = new Point(name).timestamp(Math.round(atMs))
  for (const [key, value] of Object.entries(labels)) made.tag(key, String(value))
  return made
}

/**
 * Figures as line protocol with times in ms. Names of fields are those that Telegraf gives to Prometheus metrics: `counter`,
 * `gauge`, and of a histogram `sum`, `count` and the count up to each bound.
 */
export function lineProtocol(figures: readonly Figure[], atMs: number): string {
  const points = figures.flatMap((figure) => {
    const type = String(figure.type)
    if (type === 'histogram') {
      return bucketsOf(figure).map(({ labels, upTo, sum, count }) => {
        const made = point(figure.name, labels, atMs).floatField('sum', sum).floatField('count', count)
        for (const [le, n] of upTo) made.floatField(le, n)
        return made
      })
    }
    return figure.values
      .filter(({ value }) => Number.isFinite(value))
      .map(({ labels, value }) => point(figure.name, labels, atMs).floatField(type, value))
  })
  return points.map((p) => `${p.toLineProtocol() ?? ''}\n`).join('')
}
