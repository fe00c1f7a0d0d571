import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { chooseLanes } from '../../../renderer/canvas/sequence/lanes'
import { layoutSequence } from '../../../renderer/canvas/sequence/layout'
import { suggestPxPerMs } from '../../../renderer/canvas/sequence/time-scale'
import { textWidth } from '../../../renderer/canvas/text-width'
import { flat, overlaps, type Box } from '../../../renderer/canvas/sequence/boxes'
import { narrateRun, placesOf } from '../../../renderer/canvas/sequence/narration/narrate'
import type { ArrowShape, Scene } from '../../../renderer/canvas/sequence/types'
import { Bench, frameOf, puback, publishFrame } from '../../engine/observe/capture/wire'
import type { SequenceInput } from '../../../renderer/canvas/sequence/types'
import { Simulation, study } from './simulate'
import { words } from './words'

function draw(sim: SequenceInput, width = 980, pxPerMs = suggestPxPerMs(sim.packets, 24)): Scene {
  const { lanes } = chooseLanes(sim)
  return layoutSequence(sim, { lanes, width, k: 1, pxPerMs, nowMs: 60_000, words })
}

const laneX = (scene: Scene, id: string | null): number =>
  scene.lanes.find((l) => l.clientId === id)?.x ?? Number.NaN

/** Everything a drawn capture must keep to, whatever happened. */
function expectTruthful(sim: Simulation, scene: Scene): void {
  const shownIds = new Set(scene.lanes.map((l) => l.clientId))
  const expected = sim.packets.filter((p) => shownIds.has(p.clientId))
  expect(scene.arrows.map((a) => a.seq)).toEqual(expected.map((p) => p.seq))
  const broker = laneX(scene, null)
  for (const p of expected) {
    const a = scene.arrows.find((x) => x.seq === p.seq)!
    const client = laneX(scene, p.clientId)
    const [sender, receiver] = p.direction === 'uplink' ? [client, broker] : [broker, client]
    const dir = Math.sign(receiver - sender)
    expect(Math.sign(a.to.x - a.from.x)).toBe(dir)
    expect(Math.abs(a.from.x - sender)).toBeLessThanOrEqual(2.01)
    expect(a.to.y).toBeGreaterThanOrEqual(a.from.y)
    if (p.fate === 'delivered') {
      expect(a.end).toBe('head')
      expect(Math.abs(a.to.x - receiver)).toBeLessThanOrEqual(3.01)
      expect(a.from.y).toBeCloseTo(scene.scale.spots.get(p.seq)!.y0)
      expect(a.to.y).toBeCloseTo(scene.scale.spots.get(p.seq)!.y1)
    } else {
      expect(a.end).not.toBe('head')
      // stops visibly before its receiver
      expect((receiver - a.to.x) * dir).toBeGreaterThan(Math.abs(receiver - sender) * 0.08)
    }
  }
}

function expectMonotone(sim: Simulation, scene: Scene): void {
  const times = sim.packets.flatMap((p) => [p.sentMs, p.settledMs ?? p.sentMs])
  let before = -Infinity
  for (const t of times.flatMap((t) => [t, t + 0.4, t + 7]).sort((a, b) => a - b)) {
    const y = scene.scale.y(t)
    expect(y).toBeGreaterThanOrEqual(before)
    before = y
  }
  // two sends in order of capture are never drawn the other way round
  const sends = scene.arrows.map((a) => a.from.y)
  for (let i = 1; i < sends.length; i++) expect(sends[i]!).toBeGreaterThanOrEqual(sends[i - 1]!)
}

function expectExactFolds(sim: Simulation, scene: Scene): void {
  for (const f of scene.folds) {
    expect(f.ms).toBe(f.t1 - f.t0)
    expect(f.title).toContain(String(f.ms))
    if (f.text !== '') expect(f.text).toContain(String(f.ms))
    const onTheWay = sim.packets.some((p) => p.sentMs < f.t1 && (p.settledMs ?? p.sentMs) > f.t0)
    expect(f.idle).toBe(!onTheWay)
    const inside = sim.packets
      .flatMap((p) => [p.sentMs, p.settledMs ?? p.sentMs])
      .filter((t) => t > f.t0 && t < f.t1)
    expect(inside).toEqual([])
  }
}

function labelBox({ label }: ArrowShape): Box {
  const angle = (label.angle * Math.PI) / 180
  const up = label.lift - 4
  return {
    cx: label.x - Math.sin(angle) * up,
    cy: label.y + Math.cos(angle) * up,
    w: label.width,
    h: 11,
    angle,
  }
}

/** Copies that come in one instant lie on one another; nothing else lies on them. */
const RING = 'a ring'

/** All that is to be read in a picture at 16 px type, and where it stands. */
function textsOf(scene: Scene): { what: string; box: Box }[] {
  const at = (
    text: { value: string; x: number; y: number; anchor: 'start' | 'middle' | 'end' } | null,
  ): { what: string; box: Box }[] => {
    if (text === null || text.value === '') return []
    const w = textWidth(text.value, 1)
    const left = { start: 0, middle: w / 2, end: w }[text.anchor]
    return [{ what: text.value, box: flat(text.x - left, text.y, w, 11) }]
  }
  return [
    ...scene.arrows
      .filter((a) => !a.label.crowded)
      .map((a) => ({ what: `${a.seq} ${a.label.name}`, box: labelBox(a) })),
    ...scene.arrows.flatMap((a) => at(a.endText)),
    ...scene.retries.flatMap((r) => at(r.text)),
    ...scene.rings.flatMap((r) => at(r.text)),
    ...scene.notes.flatMap((n) => at({ ...n, anchor: 'start' })),
    ...scene.marks.flatMap((m) => at(m.text)),
    ...scene.folds.flatMap((f) => at({ value: f.text, x: f.textX, y: (f.y0 + f.y1) / 2, anchor: 'middle' })),
    ...scene.ticks.flatMap((t) => at({ value: t.text, x: scene.axisX - 10, y: t.y, anchor: 'end' })),
    ...scene.journeys.flatMap(({ card }) =>
      card
        ? [{ what: card.title, box: flat(card.x, card.y + card.height / 2, card.width, card.height) }]
        : [],
    ),
    ...scene.rings.map((r) => ({ what: RING, box: flat(r.x - 5.5, r.y, 11, 11) })),
    ...scene.badges.map((b) => ({ what: `(${b.n})`, box: flat(b.x - 7, b.y, 14, 14) })),
  ]
}

/** Nothing that is to be read stands on anything else, or beyond the edges. */
function expectReadable(scene: Scene): void {
  const texts = textsOf(scene).sort((a, b) => a.box.cy - b.box.cy)
  const wrong: string[] = []
  for (const [i, { what, box }] of texts.entries()) {
    const reach = Math.abs(Math.sin(box.angle)) * box.w + 120
    for (let j = i + 1; j < texts.length; j++) {
      const other = texts[j]!
      if (other.box.cy > box.cy + reach + 200) break
      if (what === RING && other.what === RING) continue
      if (overlaps(box, other.box)) wrong.push(`${what} lies on ${other.what}`)
    }
    if (box.angle === 0 && box.cx + box.w / 2 > scene.width + 0.5) wrong.push(`${what} is cut off`)
  }
  expect(wrong).toEqual([])
}

describe('the design study', () => {
  const sim = study()
  const scene = draw(sim)

  it('keeps to the truth', () => {
    expectTruthful(sim, scene)
    expectMonotone(sim, scene)
    expectExactFolds(sim, scene)
    expectReadable(scene)
    expect(scene.arrows.filter((a) => a.label.crowded)).toEqual([])
  })

  it('stands publisher, broker, subscriber from left to right', () => {
    expect(scene.lanes.map((l) => [l.title, l.side])).toEqual([
      ['sensor-1', 'left'],
      ['Broker', 'broker'],
      ['dashboard', 'right'],
    ])
    expect(scene.lanes.map((l) => l.note)).toEqual(['publisher', '', 'subscriber'])
  })

  it('ends the lost PUBACK in a cross at its loss point', () => {
    const lost = scene.arrows.filter((a) => a.end === 'cross')
    expect(lost.map((a) => a.label.name)).toEqual(['PUBACK #7', 'PUBREC #8'])
    const [broker, sensor] = [laneX(scene, null), laneX(scene, 'sensor-1')]
    expect((broker - lost[0]!.to.x) / (broker - sensor)).toBeCloseTo(0.62, 1)
    expect(lost.every((a) => a.endText?.value === 'lost')).toBe(true)
  })

  it('brackets both retries with their timers, on the sender’s side', () => {
    expect(scene.retries.map((r) => [r.waitMs, r.x < laneX(scene, 'sensor-1')])).toEqual([
      [1200, true],
      [1200, true],
    ])
    expect(scene.retries.map((r) => r.text?.value)).toEqual(['retry timer 1200 ms', 'retry timer 1200 ms'])
  })

  it('rings the first copy and the duplicate at the subscriber', () => {
    expect(scene.rings.map((r) => r.kind)).toEqual(['delivered', 'duplicate', 'delivered'])
    expect(scene.rings.every((r) => r.x === laneX(scene, 'dashboard'))).toBe(true)
  })

  it('says what the broker stores and discards', () => {
    expect(scene.notes.map((n) => n.value)).toEqual(['#8 stored', '#8 discarded'])
  })

  it('folds the idle time and states it to the millisecond', () => {
    expect(scene.folds.filter((f) => f.ms > 1000).map((f) => [f.t0, f.t1, f.ms])).toEqual([
      [40_238, 41_318, 1080],
      [41_598, 42_718, 1120],
    ])
  })

  it('has a verdict card for each journey, none on another', () => {
    expect(scene.journeys.map((j) => [j.card?.chips[0]?.text, j.open])).toEqual([
      ['duplicate', false],
      ['exactly-once', false],
      ['held', true],
    ])
  })

  it('stops the held packet mid-leg without a head', () => {
    const held = scene.arrows.at(-1)!
    expect(held.end).toBe('bars')
  })
})

describe('special cases', () => {
  it('opens an instant when the link has no latency, in order of capture', () => {
    const sim = new Simulation()
      .message({ at: 5, qos: 2, latencyMs: 0 })
      .message({ at: 5, qos: 1, latencyMs: 0, publisher: 'sensor-2' })
      .run()
    const scene = draw(sim)
    expectTruthful(sim, scene)
    expectMonotone(sim, scene)
    expectReadable(scene)
    expect(scene.stretches.some((s) => s.t0 === s.t1)).toBe(true)
    for (const a of scene.arrows) expect(a.to.y).toBe(a.from.y)
  })

  it('draws a packet in transit as open, up to now', () => {
    const sim = new Simulation().message({ at: 100, qos: 0 }).run()
    sim.packets[0] = { ...sim.packets[0]!, fate: 'transit', settledMs: null }
    const scene = layoutSequence(sim, {
      lanes: chooseLanes(sim).lanes,
      width: 900,
      k: 1,
      pxPerMs: 1,
      nowMs: 130,
      words,
    })
    expect(scene.arrows[0]!.end).toBe('open')
    expect(scene.arrows[0]!.to.y - scene.arrows[0]!.from.y).toBeCloseTo(30)
  })

  it('marks a cut and draws the lane as closed until the session resumes', () => {
    const sim = new Simulation()
      .message({ at: 0, qos: 1, losses: [{ leg: 'sensor-1', type: 'PUBACK', reason: 'cut' }], retryMs: 900 })
      .mark(90, 'sensor-1', 'cut')
      .mark(800, 'sensor-1', 'resume')
      .run()
    const scene = draw(sim)
    const [cut, resume] = scene.marks
    expect(scene.marks.map((m) => m.mark.kind)).toEqual(['cut', 'resume'])
    const lane = scene.lanes.find((l) => l.clientId === 'sensor-1')!
    const middle = (cut!.y + resume!.y) / 2
    expect(lane.segments.find((s) => s.y0 <= middle && s.y1 >= middle)?.state).toBe('down')
    expect(lane.segments.at(-1)?.state).not.toBe('down')
    // no timer fired: the packet came again because the session was resumed
    expect(scene.retries[0]?.text?.value).toContain('after reconnect')
  })

  it('brackets the broker’s own retry inside the subscriber’s leg', () => {
    const sim = new Simulation()
      .message({ at: 0, qos: 1, losses: [{ leg: 'dashboard', type: 'PUBLISH' }] })
      .run()
    const scene = draw(sim)
    const broker = laneX(scene, null)
    expect(scene.retries).toHaveLength(1)
    expect(scene.retries[0]!.x).toBeGreaterThan(broker)
    expect(scene.retries[0]!.x).toBeLessThan(broker + 40)
  })

  it('tells apart every attempt of a packet lost again and again', () => {
    const losses = [1, 2, 3].map((nth) => ({ leg: 'sensor-1', type: 'PUBLISH' as const, nth }))
    const sim = new Simulation().message({ at: 0, qos: 1, losses, maxRetries: 2 }).run()
    const scene = draw(sim)
    expect(scene.arrows.map((a) => [a.end, a.label.dup])).toEqual([
      ['cross', false],
      ['cross', true],
      ['cross', true],
    ])
    expect(scene.retries).toHaveLength(2)
    expect(scene.journeys[0]?.card?.chips[0]?.text).toBe('gave-up')
    expect(scene.marks.map((m) => m.mark.kind)).toEqual(['gave-up'])
  })

  it('draws what happened in one instant in the order in which it happened', () => {
    const b = new Bench()
    const at0 = (direction: 'uplink' | 'downlink', frame: Buffer) => b.arrive(b.send('c', direction, frame))
    b.event({ kind: 'opened', clientId: 'c', atMs: 0 })
    at0(
      'uplink',
      frameOf({ cmd: 'connect', clientId: 'c', clean: true, protocolId: 'MQTT', protocolVersion: 4 }),
    )
    at0('downlink', frameOf({ cmd: 'connack', returnCode: 0, sessionPresent: false }))
    at0('uplink', publishFrame({ qos: 1, id: 7 }))
    at0('downlink', puback(7))
    at0('uplink', frameOf({ cmd: 'disconnect' }))
    b.event({ kind: 'closed', clientId: 'c', atMs: 0, by: 'client' })
    const scene = draw(b.all())
    const drawn = [
      ...scene.arrows.map((a) => ({ y: a.from.y, what: a.label.name })),
      ...scene.marks.map((m) => ({ y: m.y, what: m.mark.kind })),
    ]
    expect(drawn.sort((p, q) => p.y - q.y).map((d) => d.what)).toEqual([
      'connect',
      'CONNECT',
      'CONNACK',
      'connack',
      'PUBLISH #7',
      'PUBACK #7',
      'DISCONNECT',
      'disconnect',
    ])
  })

  it('draws at most six clients and counts the rest', () => {
    const sim = new Simulation()
    for (let i = 0; i < 30; i++) sim.message({ at: i * 13, qos: 1, publisher: `sensor-${i + 1}` })
    sim.run()
    const choice = chooseLanes(sim)
    expect(choice.lanes).toHaveLength(7)
    expect(choice.others).toHaveLength(25)
    const scene = draw(sim)
    expect(scene.drawn).toBeLessThan(sim.packets.length)
    expectTruthful(sim, scene)
    expectReadable(scene)
  })

  it('stays within its width at 700 px and at projector size', () => {
    const sim = study()
    const { lanes } = chooseLanes(sim)
    for (const [width, k] of [
      [640, 1],
      [1280, 1.3125],
    ] as const) {
      const scene = layoutSequence(sim, { lanes, width, k, pxPerMs: 0.5 * k, nowMs: 60_000, words })
      const xs = scene.arrows.flatMap((a) => [a.from.x, a.to.x])
      expect(Math.min(...xs)).toBeGreaterThan(64 * k)
      expect(Math.max(...xs)).toBeLessThan(width)
      for (const j of scene.journeys)
        expect((j.card?.x ?? 0) + (j.card?.width ?? 0)).toBeLessThanOrEqual(width)
    }
  })
})

/** Session events of a random capture, by client. */
const marks = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 4000 }),
    client: fc.constantFrom('sensor-1', 'dashboard', 'both'),
    kind: fc.constantFrom('cut' as const, 'resume' as const, 'connack' as const),
  }),
  { maxLength: 6 },
)

const message = fc.record({
  at: fc.integer({ min: 0, max: 4000 }),
  qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
  publisher: fc.constantFrom('sensor-1', 'sensor-2', 'both'),
  subscribers: fc.uniqueArray(fc.constantFrom('dashboard', 'logger', 'both'), { maxLength: 3 }),
  latencyMs: fc.constantFrom(0, 1, 40, 40, 400),
  retryMs: fc.constantFrom(150, 1200),
  maxRetries: fc.constantFrom(2, 50),
  lossMask: fc.integer({ min: 0, max: 1023 }),
})

describe('whatever happens', () => {
  test.prop(
    [
      fc.array(message, { minLength: 1, maxLength: 12 }),
      marks,
      fc.constantFrom(560, 700, 980),
      fc.constantFrom(undefined, 0.02, 0.3),
    ],
    { numRuns: 45 },
  )('the picture is true, and nothing in it lies on anything else', (list, events, width, pxPerMs) => {
    const sim = new Simulation()
    for (const e of events) sim.mark(e.at, e.client, e.kind)
    for (const { lossMask, ...m } of list) {
      let i = 0
      // the first ten packets are lost as the mask says, then none: it ends
      sim.message({ ...m, lose: () => i < 10 && ((lossMask >> i++) & 1) === 1 })
    }
    sim.run()
    const { lanes } = chooseLanes(sim)
    const scene = layoutSequence(sim, {
      lanes,
      width,
      k: 1,
      pxPerMs: pxPerMs ?? suggestPxPerMs(sim.packets, 24),
      nowMs: 60_000,
      words,
      numbers: placesOf(narrateRun(sim, 'en')),
    })
    expectTruthful(sim, scene)
    expectMonotone(sim, scene)
    expectExactFolds(sim, scene)
    expectReadable(scene)
    for (const a of scene.arrows) expect(Number.isFinite(a.from.x + a.to.x + a.from.y + a.to.y)).toBe(true)
  })
})

test('packets that step mode holds make the scale no smaller: their slant is that of their own way', () => {
  const sent = { clientId: 'a', direction: 'uplink', sentMs: 0 } as const
  const free = [1, 2, 3].map((seq) => ({ ...sent, seq, settledMs: 20 }))
  const held = free.map((p) => ({ ...p, settledMs: 4020, heldMs: 4000 }))
  expect(suggestPxPerMs(held, 24)).toBe(suggestPxPerMs(free, 24))
})
