import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scenarioJsonSchema } from '../../electron/contract/scenario-json-schema'
import { parseScenario } from '../../electron/contract/scenario-file'
import { Shelf } from '../../electron/engine/replay/shelf'

const folder = join(import.meta.dirname, '../../examples')
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const devices = (name: string) => parseScenario(read(name), name).groups.reduce((n, g) => n + g.count, 0)

describe('examples', () => {
  it.each(files)('%s is a scenario and says what it is in English and Korean', (name) => {
    const text = read(name)
    expect(parseScenario(text, name).groups.length).toBeGreaterThan(0)
    const comment = /^(#.*\n)+/.exec(text)?.[0] ?? ''
    expect(comment).toMatch(/[a-z]{4}/)
    expect(comment).toMatch(/[가-힣]{2}/)
  })

  it.each(files)('%s has a subscriber for every group that publishes', (name) => {
    const { groups } = parseScenario(read(name), name)
    expect(groups.some((g) => g.publishes.length > 0)).toBe(true)
    expect(groups.some((g) => g.subscribes.length > 0)).toBe(true)
  })

  it.each(files)('%s plays recordings that are there', async (name) => {
    await expect(new Shelf(folder).read(parseScenario(read(name), name))).resolves.toEqual([])
  })

  it('compares the three QoS levels under the same 20 % loss both ways', () => {
    const { groups, link, messages } = parseScenario(read('classroom-qos.yaml'), 'classroom')
    const publishers = groups.filter((g) => g.publishes.length > 0)
    expect(publishers.map((g) => g.publishes[0]?.qos)).toEqual([0, 1, 2])
    expect(messages).toBe(300)
    for (const side of [link.uplink, link.downlink]) {
      expect(side.loss).toEqual({ model: 'independent', p: 0.2 })
    }
    expect(link.recovery.timeout).toBeGreaterThanOrEqual(100)
  })

  it('has the JSON Schema of today; fleetlab schema prints it', () => {
    expect(JSON.parse(read('scenario.schema.json'))).toEqual(scenarioJsonSchema())
  })

  it('has a factory of 200 devices', () => expect(devices('factory-200.yaml')).toBe(200))

  it('sends the payload of the exercise to common at QoS 1', () => {
    const { groups } = parseScenario(read('common-topic.yaml'), 'common')
    expect(groups[0]?.publishes[0]).toMatchObject({
      topic: 'common',
      qos: 1,
      identity: 'content',
      payload: { kind: 'template', text: '{"succcess": "ok"}' },
    })
  })
})
