import type { Lesson } from '@contract/lesson'
import type { LinkConfig } from '@contract/link-config'
import type { GroupConfig, Scenario } from '@contract/scenario'
import { lossRange } from '../../stores/link-summary'

type QoS = GroupConfig['publishes'][number]['qos']

/** One group of devices in a thumbnail. */
export interface SketchRow {
  count: number
  /** QoS it publishes with; null when it does not publish. */
  sends: QoS | null
  /** QoS it subscribes with; null when it does not subscribe. */
  gets: QoS | null
  /** Packets are lost on its way to or from the broker. */
  lossy: boolean
}

/** A thumbnail: groups at the left and at the right of the broker. */
export interface Sketch {
  left: SketchRow[]
  right: SketchRow[]
}

/** Groups a side; more are left out of the picture. */
export const SKETCH_ROWS = 5

const highest = (levels: readonly QoS[]): QoS | null =>
  levels.length === 0 ? null : levels.reduce((a, b) => (a > b ? a : b))

function rowOf(g: GroupConfig, lossy: boolean): SketchRow {
  const answers = g.answers ?? []
  return {
    count: g.count,
    sends: highest([...g.publishes.map((p) => p.qos), ...answers.flatMap((a) => a.reply?.qos ?? [])]),
    gets: highest([...g.subscribes.map((s) => s.qos), ...answers.map((a) => a.qos)]),
    lossy,
  }
}

/** Publishers at the left, subscribers at the right, groups that do both where there are fewer. */
function sides(rows: readonly SketchRow[]): Sketch {
  const left = rows.filter((r) => r.gets === null)
  const right = rows.filter((r) => r.gets !== null && r.sends === null)
  for (const r of rows.filter((both) => both.gets !== null && both.sends !== null))
    (left.length <= right.length ? left : right).push(r)
  return { left: left.slice(0, SKETCH_ROWS), right: right.slice(0, SKETCH_ROWS) }
}

const loses = (link: LinkConfig | undefined): boolean => {
  if (!link) return false
  const range = lossRange([link])
  return range.max > 0 || range.byRule || link.kind === 'cut'
}

/** The thumbnail of a scenario. Pure. */
export const scenarioSketch = (s: Pick<Scenario, 'groups' | 'link'>): Sketch =>
  sides(s.groups.map((g) => rowOf(g, loses(g.link ?? s.link))))

/** The thumbnail of a lesson: of the first of its runs that loses a packet, else of the first. Pure. */
export function lessonSketch(lesson: Lesson): Sketch {
  if (lesson.kind === 'live') return sides([{ count: 1, sends: 1, gets: 1, lossy: false }])
  const v = lesson.variants.find((each) => each.drop.length > 0) ?? lesson.variants[0]
  const link = v?.link ?? lesson.link
  const dropped = (g: GroupConfig): boolean =>
    v?.drop.some((d) => d.client === g.id || d.client.startsWith(g.id.split('{')[0] || d.client)) ?? false
  return sides((v?.groups ?? lesson.groups ?? []).map((g) => rowOf(g, dropped(g) || loses(g.link ?? link))))
}
