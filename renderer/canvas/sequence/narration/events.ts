import type { ExchangeRow, JourneyRow, PacketRow, SessionMark } from '@contract/model'
import { closes } from '../marks'
import { onConnections } from './connections'
import { onFlow } from './flow'
import { joinBacks, joinEnds } from './joined'
import { missed, onSubscribers } from './subscribers'
import { atEnd, endOf, inOrder, atStart, type Happening } from './happening'
import { ordinalOf } from './parts'
import { beginning, onArrival, onEndings, onLoss, onLostAlone, onResends, onUnarrived } from './legs'
import { Connections, Story, type StorySource } from './story'

/** The subscribers that got the message, each at its own arrow. */
function deliveries(story: Story): Happening[] {
  const { facts } = story
  const settled = facts.outcome !== 'open' && facts.outcome !== 'held'
  // told as `once`, with the whole story
  if (facts.outcome === 'exactly-once' && story.troubled) return []
  const only = settled && facts.qos === 1 && facts.duplicates === 0 && story.troubled
  return story.rows
    .filter((p) => p.direction === 'downlink' && p.fate === 'delivered' && p.effect === 'delivered')
    .map((p) => ({
      ...atEnd('delivered', p, facts.qos),
      clients: [p.clientId],
      known: only,
      // a retained or queued message has its own sentence before
    }))
}

/** The last word of a message at QoS 2 that came through as promised. */
function conclusion(story: Story): Happening[] {
  const { facts, rows } = story
  const last = rows.findLast((p) => p.type === 'PUBCOMP' && p.fate === 'delivered')
  if (facts.outcome !== 'exactly-once' || !last) return []
  return [
    { ...atEnd('once', last, 2), clients: facts.reached, known: story.troubled, order: last.seq * 3 + 2 },
  ]
}

/** Neighbours that say the same of several clients become one sentence. */
function together(list: readonly Happening[]): Happening[] {
  const merged: Happening[] = []
  for (const h of list) {
    const before = merged.at(-1)
    const same =
      before?.kind === h.kind &&
      (h.kind === 'delivered' || h.kind === 'taken-again') &&
      before.packet?.journey === h.packet?.journey &&
      before.copies === h.copies &&
      before.known === h.known &&
      before.qos === h.qos &&
      !h.clients.some((c) => before.clients.includes(c))
    if (!same) merged.push(h)
    else
      merged[merged.length - 1] = {
        ...h,
        clients: [...before.clients, ...h.clients],
        also: before.seq === null ? before.also : [...before.also, before.seq],
      }
  }
  return merged
}

function ofStory(story: Story): Happening[] {
  return [
    ...beginning(story),
    ...story.facts.losses.map((p) => onLoss(story, p)),
    ...story.rows.filter((p) => p.fate === 'delivered').flatMap((p) => onArrival(story, p)),
    ...onUnarrived(story),
    ...onResends(story),
    // what is sent again is told before that it is held
    ...story.facts.held.map((p) => atStart('held', p, story.qos(p))),
    ...onSubscribers(story),
    ...onFlow(story),
    ...onEndings(story),
    ...deliveries(story),
    ...conclusion(story),
  ]
}

/** Events of connections that belong to one message: of who takes part, while it is under way. */
function marksOf(story: Story): SessionMark[] {
  const { rows, source } = story
  const first = rows[0]?.sentMs ?? Infinity
  const last = Math.max(...rows.map(endOf), -Infinity)
  const people = new Set(rows.map((p) => p.clientId))
  return source.marks.filter((m) => {
    const own = people.has(m.clientId) && m.atMs >= first && m.atMs <= last
    if (m.kind === 'will')
      return m.topic === story.journey.topic && story.journey.publisher === null && m.atMs === first
    return own && (closes(m.kind) || m.kind === 'taken-over' || m.kind === 'dead')
  })
}

/** What happened to one message, in order. Facts only; no language. */
export function happenings(
  journey: JourneyRow,
  exchanges: readonly ExchangeRow[],
  packets: readonly PacketRow[],
  marks: readonly SessionMark[],
): Happening[] {
  const source = { packets, exchanges, journeys: [journey], marks }
  const story = new Story(journey, source, new Connections(marks))
  const all = [...ofStory(story), ...onConnections(marksOf(story), story.connections)]
  return together(joinEnds(all.sort(inOrder)))
}

/** What a sentence must name, because the run has more than one of it. */
function distinct(list: readonly Happening[], { packets }: StorySource): Happening[] {
  let journey: number | null = null
  return list.map((h) => {
    if (h.packet === null) return h
    const apart = h.kind === 'delivered' && journey !== null && h.packet.journey !== journey
    journey = h.packet.journey
    return { ...h, nth: ordinalOf(h.packet, packets), apart }
  })
}

/** What happened in a whole run, all messages and connections, in order of time. */
export function runHappenings(source: StorySource): Happening[] {
  const connections = new Connections(source.marks)
  const stories = source.journeys.map((j) => new Story(j, source, connections))
  const all = [
    ...stories.flatMap((s) => [...ofStory(s), ...missed(s)]),
    ...onLostAlone(source.packets, connections),
    ...onConnections(source.marks, connections),
  ].sort(inOrder)
  return distinct(together(joinEnds(joinBacks(all, connections))), source)
}
