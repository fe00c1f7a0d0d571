import type { ExchangeRow, JourneyRow, PacketRow, SessionMark } from '@contract/model'
import type { Alteration, Direction, PacketType } from '@contract/packet'
import type { JourneyFacts } from './facts'
import type { Fold, Rooms, Stretch, TimeScale } from './time-scale'

/** What is drawn. Rows in any order; each capture number once. */
export interface SequenceInput {
  packets: readonly PacketRow[]
  exchanges: readonly ExchangeRow[]
  journeys: readonly JourneyRow[]
  marks: readonly SessionMark[]
}

/** One lane per client; the broker's has `clientId` null. */
export interface Lane {
  clientId: string | null
  side: 'left' | 'broker' | 'right'
  publishes: boolean
  subscribes: boolean
}

/** Text the picture carries, in the reader's language. */
export interface SequenceWords {
  broker: string
  publisher: string
  subscriber: string
  both: string
  lost: string
  dropped: string
  delivered: string
  duplicate: string
  altered: (how: Alteration) => string
  nothingSent: (ms: number) => string
  onlyOnTheWay: (ms: number) => string
  /** A time in which packets were sent that are not drawn. */
  notShown: (ms: number, types: readonly PacketType[]) => string
  /** `ran`: for so long its timer ran, which is less than what lies between: step mode let time pass. */
  retryTimer: (ms: number, ran: boolean) => string
  /** null where step mode let time pass. */
  afterReconnect: (ms: number | null) => string
  /** Beside the broker's lane, and beside a client's, where there is little room. */
  stored: (id: number | null, atBroker: boolean) => string
  discarded: (id: number | null, atBroker: boolean) => string
  /** A PUBLISH that its receiver refused, by reason code. */
  refused: (reason: number) => string
  mark: (m: SessionMark) => string
  /** A point in time on the axis. */
  time: (ms: number) => string
  /** How long something lasted, with its unit. */
  span: (ms: number) => string
  plus: (ms: number) => string
  card: (f: JourneyFacts) => CardText
}

/** Verdict of one journey as it stands beside its bracket. */
export interface CardText {
  title: string
  chips: { tone: Tone; text: string }[]
  reason: string
  /** All of it in a few words, for where there is room for one line only. */
  brief: string
}

export type Tone = 'good' | 'warn' | 'loss' | 'accent' | 'plain'

export interface SequenceOptions {
  lanes: readonly Lane[]
  /** Width for lanes and cards together, px. */
  width: number
  /** Pixels a unit: 1 at 16 px type, more in projector mode. */
  k: number
  pxPerMs: number
  nowMs: number
  words: SequenceWords
  /** Lanes reach down so far at least, px. @default 0 */
  minHeight?: number
  /** Leave out verdict cards. @default false */
  noCards?: boolean
  /** A label says less rather than lie across another arrow. @default where cards are drawn */
  terse?: boolean
  /** Second line of a lane's head, by client identifier; '' is the broker. */
  laneNotes?: ReadonlyMap<string, string>
  /** Line between two lane heads, by client identifier: the link. */
  linkNotes?: ReadonlyMap<string, string>
  /** Packets that are left out of the picture: a band of time in which there are some says so. */
  hidden?: readonly { type: PacketType; sentMs: number; settledMs: number }[]
  /** Numbers of the narration, and what each speaks of. */
  numbers?: readonly NumberPlace[]
  /** A narrow picture that stands beside others, whose head says the QoS of its messages. @default false */
  column?: boolean
  /** A column that is narrow for its type: without times, roles, and words beside the lanes, which stand elsewhere. @default false */
  slim?: boolean
  /** A time scale that has a place for all that is drawn here. @default its own */
  scale?: TimeScale
  /** More room above some happenings, where the scale is its own. @default none */
  rooms?: Rooms
}

/** What a sentence of the narration speaks of: a packet, as it set out or as it came to its end, or a session event. */
export interface NumberPlace {
  n: number
  seq: number | null
  at: 'start' | 'end'
  mark: SessionMark | null
}

export interface Point {
  x: number
  y: number
}

/** Where an arrow's label stands: glyph, name, identifier, QoS, DUP, what the network did to it, turned with the arrow. */
export interface LabelShape {
  /** Middle of the label on its arrow. */
  x: number
  y: number
  /** Degrees. */
  angle: number
  width: number
  /** Distance of the text's base line from the arrow, px; negative is above. */
  lift: number
  name: string
  qos: string | null
  dup: boolean
  /** What the network did to the packet, as a word behind the others. */
  altered: string | null
  /** There was room for less than it has to say. */
  short: boolean
  /** No place was found where it could be read; shown on hover only. */
  crowded: boolean
}

export interface ArrowShape {
  seq: number
  journey: number | null
  exchange: number | null
  type: PacketType
  direction: Direction
  from: Point
  to: Point
  /** head: arrived. cross: lost. bars: held at the gate. open: on its way. */
  end: 'head' | 'cross' | 'bars' | 'open'
  /** Word beside the cross: beyond it, or under or above it where the receiver's lane is near; null where it has no room. */
  endText: { value: string; x: number; y: number; anchor: 'start' | 'middle' | 'end' } | null
  label: LabelShape
}

export interface LaneShape extends Lane {
  x: number
  title: string
  note: string
  /** down: the connection is closed. folded: within a band. */
  segments: { y0: number; y1: number; state: 'up' | 'down' | 'folded' }[]
}

export interface FoldShape extends Fold {
  /** What the band stands for. */
  title: string
  /** As much of it as there is room for; empty where there is none. */
  text: string
  /** Middle of the text. */
  textX: number
}

/** A part of a line down the picture. */
export interface LinePart {
  y0: number
  y1: number
  /** Within a band of time that is not drawn. */
  folded: boolean
}

export interface RetryShape {
  /** Capture number of the packet sent again. */
  seq: number
  journey: number | null
  x: number
  /** 1: ticks point right, -1: left. */
  side: 1 | -1
  y0: number
  y1: number
  parts: LinePart[]
  waitMs: number
  text: { value: string; x: number; y: number; anchor: 'start' | 'end' } | null
}

export interface JourneyShape {
  journey: number
  x: number
  y0: number
  y1: number
  parts: LinePart[]
  open: boolean
  card: (CardText & { x: number; y: number; width: number; height: number; oneLine: boolean }) | null
}

export interface RingShape {
  seq: number
  x: number
  y: number
  kind: 'delivered' | 'duplicate'
  text: { value: string; x: number; y: number; anchor: 'start' | 'end' } | null
}

export interface NoteShape {
  seq: number
  x: number
  y: number
  value: string
}

export interface MarkShape {
  mark: SessionMark
  x: number
  y: number
  /** What happened. */
  title: string
  /** The same beside the mark, where there is room. */
  text: { value: string; x: number; y: number; anchor: 'start' | 'end' } | null
}

export interface BadgeShape {
  /** Capture number of its packet; null at a session event. */
  seq: number | null
  n: number
  x: number
  y: number
}

/** A picture: plain shapes in pixels, origin at the top left of the drawing below the lane heads. */
export interface Scene {
  width: number
  height: number
  axisX: number
  /** Right end of bands and marks. */
  right: number
  lanes: LaneShape[]
  links: { x: number; text: string }[]
  folds: FoldShape[]
  stretches: Stretch[]
  ticks: { y: number; text: string; strong: boolean }[]
  separators: number[]
  arrows: ArrowShape[]
  retries: RetryShape[]
  journeys: JourneyShape[]
  rings: RingShape[]
  notes: NoteShape[]
  marks: MarkShape[]
  badges: BadgeShape[]
  scale: TimeScale
  /** Packets of the input that are drawn; those of clients without a lane are not. */
  drawn: number
}
