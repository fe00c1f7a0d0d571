import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lessonSchema } from '../../electron/contract/lesson'
import { parseScenario } from '../../electron/contract/scenario-file'
import { EXAMPLES, renamed } from '../../renderer/features/gallery/examples'
import { galleryMessages } from '../../renderer/features/gallery/messages'
import { lessonSketch, scenarioSketch, SKETCH_ROWS } from '../../renderer/features/gallery/sketch'

const folder = join(import.meta.dirname, '../../examples')
const read = (id: string) => parseScenario(readFileSync(join(folder, `${id}.yaml`), 'utf8'), id)
// A scenario that plays a file needs the folder that it lies in, which a gallery has not.
const playsFile = (id: string): boolean => read(id).groups.some((g) => g.publishes.some((p) => p.from))
const files = readdirSync(folder)
  .flatMap((name) => /^(.*)\.yaml$/.exec(name)?.[1] ?? [])
  .filter((id) => !playsFile(id))
const en = galleryMessages.en as { gallery: { example: Record<string, { name: string; shows: string }> } }

describe('the gallery', () => {
  it('has every example, and says of it what its file says', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual(files.sort())
    for (const id of files) expect(en.gallery.example[id]?.shows, id).toBe(read(id).description)
  })

  it.each(files)('opens %s by its name in another language, all else as it is', (id) => {
    const text = readFileSync(join(folder, `${id}.yaml`), 'utf8')
    const { name, shows } = (galleryMessages.ko as typeof en).gallery.example[id] ?? { name: '', shows: '' }
    const made = parseScenario(renamed(text, name, shows), id)
    expect(made).toEqual({ ...read(id), name, description: shows })
    expect(name).not.toBe('')
  })

  it('draws publishers at the left, subscribers at the right, and a cross where packets are lost', () => {
    const { left, right } = scenarioSketch(read('classroom-qos'))
    expect(left).toEqual([0, 1, 2].map((sends) => ({ count: 1, sends, gets: null, lossy: true })))
    expect(right).toEqual([0, 1, 2].map((gets) => ({ count: 1, sends: null, gets, lossy: true })))
  })

  it('puts devices that do both where there is room', () => {
    const { left, right } = scenarioSketch(read('answering-lamps'))
    expect([left, right].map((side) => side.map((r) => [r.count, r.sends, r.gets]))).toEqual([
      [[4, 1, 1]],
      [[1, 1, 1]],
    ])
  })

  it.each(files)('has no more rows than fit for %s, and at least one a side', (id) => {
    const { left, right } = scenarioSketch(read(id))
    for (const side of [left, right]) {
      expect(side.length).toBeGreaterThan(0)
      expect(side.length).toBeLessThanOrEqual(SKETCH_ROWS)
    }
  })

  it('draws the run of a lesson that loses a packet, at its device', () => {
    const path = join(import.meta.dirname, '../../electron/engine/lessons/data/qos-1-lost-puback.json')
    const { left, right } = lessonSketch(lessonSchema.parse(JSON.parse(readFileSync(path, 'utf8'))))
    expect(left).toEqual([{ count: 1, sends: 1, gets: null, lossy: true }])
    expect(right).toEqual([{ count: 1, sends: null, gets: 1, lossy: false }])
  })
})
