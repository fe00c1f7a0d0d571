import { describe, expect, it, vi } from 'vitest'
import type { PacketBatch, PacketDetail, PacketField, PacketRow, SessionMark } from '@contract/model'
import { scenarioSchema } from '@contract/scenario'
import {
  bitGroups,
  fieldAt,
  hexLines,
  placeOf,
  whyKey,
} from '../../../renderer/features/handshakes/decoder-model'
import { fieldName } from '../../../renderer/features/handshakes/field-names'
import { linkNote, linkOfClient } from '../../../renderer/features/handshakes/link-note'
import { noteText } from '../../../renderer/features/handshakes/packet-note'
import { completions, hasTerm, toggleTerm } from '../../../renderer/features/handshakes/query-completion'
import { journeyFacts } from '../../../renderer/canvas/sequence/facts'
import { belongings, rowsOfLanes, slice } from '../../../renderer/features/handshakes/rows-in-view'
import { Calm } from '../../../renderer/stores/packet-calm'
import { PacketWindow } from '../../../renderer/stores/packet-window'
import { Simulation, study } from './simulate'

const known = { clients: ['sensor-1', 'sensor-2', 'dashboard'], topics: ['home/a', 'home/b'] }

describe('completion of the query', () => {
  const labels = (query: string, caret = query.length) => completions(query, caret, known).map((c) => c.label)

  it('offers terms, then the values of a term', () => {
    expect(labels('d')).toEqual(['dup:', 'dir:'])
    expect(labels('dup:')).toEqual(['dup:true', 'dup:false'])
    expect(labels('client:s')).toEqual(['client:sensor-1', 'client:sensor-2'])
    expect(labels('topic:home/b')).toEqual(['topic:home/b'])
  })

  it('goes on after a comma without what is listed, and after a minus', () => {
    expect(labels('client:sensor-1,s')).toEqual(['client:sensor-1,sensor-2'])
    expect(labels('-qos:')).toEqual(['-qos:0', '-qos:1', '-qos:2'])
  })

  it('puts into quotes what has spaces or commas in it, and goes on within open quotes', () => {
    const odd = { clients: ['my sensor', 'a,b', 'my'], topics: ['hall 2/x'] }
    const texts = (query: string) => completions(query, query.length, odd).map((c) => c.query)
    expect(texts('client:m')).toEqual(['client:"my sensor" ', 'client:my '])
    expect(texts('qos:1 client:"my s')).toEqual(['qos:1 client:"my sensor" '])
    expect(texts('client:"my sensor",a')).toEqual(['client:"my sensor","a,b" '])
    expect(texts('topic:h')).toEqual(['topic:"hall 2/x" '])
  })

  it('completes the word at the cursor and leaves the rest alone', () => {
    const [first] = completions('ty qos:1', 2, known)
    expect(first).toEqual({ query: 'type: qos:1', caret: 5, label: 'type:' })
  })

  it('puts a term in and takes it out', () => {
    expect(toggleTerm('qos:1', 'fate:lost')).toBe('qos:1 fate:lost')
    expect(toggleTerm('qos:1 fate:lost', 'fate:lost')).toBe('qos:1')
    expect(hasTerm('qos:1 fate:lost', 'fate:lost')).toBe(true)
    expect(hasTerm('-fate:lost', 'fate:lost')).toBe(false)
  })
})

describe('the window', () => {
  const batch = (part: Partial<PacketBatch>): PacketBatch => ({
    packets: [],
    exchanges: [],
    journeys: [],
    marks: [],
    matched: 0,
    shown: 0,
    ...part,
  })
  const rows = study().packets

  it('grows at the end, drops at the start, and keeps order', () => {
    const w = new PacketWindow(5)
    w.append(batch({ packets: rows.slice(0, 4) }))
    w.append(batch({ packets: rows.slice(4, 8) }))
    expect(w.rows().map((p) => p.seq)).toEqual([4, 5, 6, 7, 8])
    w.prepend(batch({ packets: rows.slice(1, 3) }))
    expect(w.rows().map((p) => p.seq)).toEqual([2, 3, 4, 5, 6])
  })

  it('takes only changes of its rows while it stands still', () => {
    const w = new PacketWindow(50)
    w.append(batch({ packets: rows.slice(0, 2).map((p) => ({ ...p, fate: 'transit' as const })) }))
    w.update(batch({ packets: rows.slice(0, 6) }))
    expect(w.rows().map((p) => [p.seq, p.fate])).toEqual([
      [1, 'delivered'],
      [2, 'delivered'],
    ])
  })

  it('says in progress, not without a subscriber, of a message whose legs came after it stood still', () => {
    const sim = new Simulation().message({ at: 0, qos: 1 }).run()
    const verdict = (w: PacketWindow) => {
      const { exchanges, journeys } = belongings(w, w.rows())
      return journeyFacts(journeys[0]!, exchanges, w.rows()).outcome
    }
    const w = new PacketWindow(50)
    const legs = sim.exchanges.map((e) => ({ ...e }))
    w.append(batch({ packets: sim.packets.slice(0, 1), exchanges: legs.slice(0, 1), journeys: sim.journeys }))
    w.update(
      batch({
        exchanges: legs.slice(0, 1),
        journeys: [{ ...sim.journeys[0]!, deliveries: [{ clientId: 'dashboard', copies: 0 }] }],
      }),
    )
    expect(verdict(w)).toBe('open')
    w.update(batch({ exchanges: legs, journeys: sim.journeys }))
    expect(verdict(w)).toBe('delivered')
  })

  it('forgets journeys of rows that left, but not those another window still shows', () => {
    const sim = new Simulation()
    for (let i = 0; i < 60; i++) sim.message({ at: i * 300, qos: 1 })
    sim.run()
    const w = new PacketWindow(10)
    const guest = new PacketWindow(10)
    w.keepFor(guest)
    guest.append(batch({ packets: sim.packets.slice(0, 4) }))
    w.append(sim.batch())
    expect(w.journey(1)?.id).toBe(1)
    expect(w.journey(20)).toBeUndefined()
    expect(w.journey(60)?.id).toBe(60)
  })

  it('cuts a stretch around a packet', () => {
    expect(slice(rows, 10, 4).map((p) => p.seq)).toEqual([8, 9, 10, 11])
    expect(slice(rows, 1, 4).map((p) => p.seq)).toEqual([1, 2, 3, 4])
    expect(slice(rows, 999, 4).map((p) => p.seq)).toEqual(rows.slice(-4).map((p) => p.seq))
  })

  it('leaves out copies of messages whose publisher is not shown, unless clients were named', () => {
    const lanes = new Set(['dashboard', null])
    const publisherOf = (): string => 'sensor-1'
    expect(rowsOfLanes(rows, lanes, publisherOf, false)).toEqual([])
    expect(rowsOfLanes(rows, lanes, publisherOf, true).every((p) => p.clientId === 'dashboard')).toBe(true)
    expect(rowsOfLanes(rows, new Set(['dashboard', 'sensor-1']), publisherOf, false)).toHaveLength(
      rows.length,
    )
  })
})

describe('redraws', () => {
  it('are few when packets are many', () => {
    vi.useFakeTimers()
    let drawn = 0
    let now = 0
    const calm = new Calm(
      () => drawn++,
      () => now,
    )
    calm.hurry()
    calm.ask()
    calm.ask()
    vi.advanceTimersByTime(5)
    expect(drawn).toBe(1)
    now = 10
    calm.ask()
    vi.advanceTimersByTime(239)
    expect(drawn).toBe(1)
    vi.advanceTimersByTime(1)
    expect(drawn).toBe(2)
    calm.hurry()
    vi.useRealTimers()
  })
})

describe('the decoder', () => {
  const field = (
    key: string,
    start: number,
    end: number,
    depth: number,
    bits: [number, number] | null = null,
  ): PacketField => ({
    key,
    value: '',
    start,
    end,
    bits,
    depth,
  })
  const fields = [
    field('fixedHeader', 0, 2, 0),
    field('dup', 0, 1, 1, [3, 3]),
    field('remainingLength', 1, 2, 1),
    field('variableHeader', 2, 7, 0),
    field('topicName', 4, 7, 1),
  ]

  it('finds the innermost field of a byte', () => {
    expect(fields[fieldAt(fields, 1)]?.key).toBe('remainingLength')
    expect(fields[fieldAt(fields, 5)]?.key).toBe('topicName')
    expect(fields[fieldAt(fields, 2)]?.key).toBe('variableHeader')
    expect(fieldAt(fields, 9)).toBe(-1)
    expect(placeOf(fields[4]!)).toBe('04-06')
    expect(placeOf(fields[1]!)).toBe('')
  })

  it('takes byte 0 apart', () => {
    expect(bitGroups(0x3a).map((g) => [g.key, g.value])).toEqual([
      ['type', 3],
      ['dup', 1],
      ['qos', 1],
      ['retain', 0],
    ])
    expect(bitGroups(0x62).map((g) => [g.key, g.value])).toEqual([
      ['type', 6],
      ['reserved', 2],
    ])
    expect(whyKey('PUBLISH', 0x3a, 'dup')).toBe('dup1q1')
    expect(whyKey('PUBLISH', 0x3c, 'dup')).toBe('dup1q2')
    expect(whyKey('PUBLISH', 0x34, 'qos')).toBe('qos2')
    expect(whyKey('PUBREL', 0x62, 'type')).toBe('PUBREL')
  })

  it('shows bytes in lines of eight with their text', () => {
    const detail = {
      bytes: new Uint8Array([0x3a, 0x2c, 0, 3, 0x61, 0x2f, 0x62, 9, 65]),
      fields,
    } as unknown as PacketDetail
    const lines = hexLines(detail)
    expect(
      lines.map((l) => [l.offset, l.bytes.map((b) => b.hex).join(' '), l.bytes.map((b) => b.char).join('')]),
    ).toEqual([
      ['0000', '3a 2c 00 03 61 2f 62 09', ':,··a/b·'],
      ['0008', '41', 'A'],
    ])
  })

  it('names fields in both languages, properties by their own name', () => {
    expect(fieldName('topicName', 'en')).toBe('Topic name')
    expect(fieldName('topicName', 'ko')).toBe('토픽 이름')
    expect(fieldName('property.contentType', 'ko')).toBe('Content type')
    expect(fieldName('qos', 'en')).toBe('QoS')
  })
})

describe('texts of rows and links', () => {
  const t = (key: string, values: Record<string, unknown> = {}): string =>
    `${key.split('.').at(-1)}${JSON.stringify(values)}`

  it('notes what a packet repeats and answers', () => {
    const sim = study()
    const c = {
      t,
      int: String,
      duration: (ms: number) => `${ms}`,
      row: (seq: number) => sim.packets[seq - 1],
      marks: () => [],
    }
    const dup = sim.packets.find((p) => p.dup)!
    expect(noteText(dup, c)).toBe(`resends{"seq":"${dup.resends}","time":"1200"}`)
    const ack = sim.packets.find((p) => p.type === 'PUBACK')!
    expect(noteText(ack, c)).toContain(`answers{"seq":"${ack.answers}"}`)
  })

  it('says that a timer ran only of what a timer sent again', () => {
    const sim = study()
    const dup = sim.packets.find((p) => p.dup)!
    const later: PacketRow = { ...dup, skippedMs: 200, answers: null }
    const mark: SessionMark = {
      clientId: dup.clientId,
      kind: 'connect',
      atMs: dup.sentMs,
      detail: null,
      after: 0,
    }
    const note = (p: PacketRow, marks: SessionMark[]): string => {
      const row = (seq: number) => sim.packets[seq - 1]
      return noteText(p, { t, int: String, duration: String, row, marks: () => marks })
    }
    const times = `"seq":"${dup.resends}","time"`
    expect(note(later, [])).toBe(`resendsTimer{${times}:"1000"}`)
    expect(note(later, [{ ...mark, clientId: 'other' }])).toBe(`resendsTimer{${times}:"1000"}`)
    expect(note(later, [mark])).toBe(`resends{${times}:"1200"}`)
    expect(note({ ...later, answers: 1 }, [])).toBe(`resends{${times}:"1200"}; answers{"seq":"1"}`)
  })

  it('knows the link of a client by the pattern of its group', () => {
    const scenario = scenarioSchema.parse({
      version: 1,
      name: 'x',
      groups: [
        { name: 'sensor', count: 20, link: { loss: 0.2, uplink: { delay: 40 } } },
        { name: 'dash', id: 'dashboard', link: { loss: 0 } },
      ],
    })
    expect(linkOfClient('sensor-12', scenario)).toBe(scenario.groups[0]?.link)
    expect(linkOfClient('dashboard', scenario)).toBe(scenario.groups[1]?.link)
    expect(linkOfClient('sensor-x', scenario)).toBeNull()
    const link = linkOfClient('sensor-1', scenario)!
    const style = {
      kind: (k: string) => k,
      percent: (p: number) => `${p * 100}%`,
      byRule: 'rule',
      ms: (n: number) => `${n} ms`,
    }
    expect(linkNote(link, style)).toBe('radio, 20%, 40 ms/0 ms')
  })
})
