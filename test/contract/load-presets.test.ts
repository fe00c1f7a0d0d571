import { expect, it } from 'vitest'
import { loadConfig } from '../../electron/cli/load-flags'
import { loadSchema } from '../../electron/contract/load-config'
import { PRESET_NAMES, presetInput } from '../../electron/contract/load-presets'
import { planOf } from '../../electron/engine/load/run/executors'

it.each(PRESET_NAMES)('the preset %s is a load test with 16 bytes at QoS 1', (name) => {
  const config = loadSchema.parse(presetInput(name))
  expect([config.size, config.qos, config.keepAlive]).toEqual([16, 1, 300_000])
  expect(planOf(config).durationMs).toBeGreaterThan(0)
})

it('asks what the names of the suite say', async () => {
  const { config: connecting } = await loadConfig({ preset: 'conn-tcp-1M-5K' })
  expect(connecting).toMatchObject({ publishers: 1_000_000, executor: { connectRate: 5000 } })
  // the four cases as the suite has them
  const suite = [
    'singlenode-conn-tcp-1M-5K',
    'singlenode-fanout-5-1000-5-250K',
    'singlenode-p2p-50K-50K-50K-50K',
    'singlenode-sharesub-50K-500-50K-50K',
  ]
  const found = await Promise.all(suite.map(async (preset) => (await loadConfig({ preset })).config))
  expect(found.map((c) => [c.publishers, c.subscribers, c.duration])).toEqual([
    [1_000_000, 0, 1_800_000],
    [5, 1000, 1_800_000],
    [50_000, 50_000, 1_800_000],
    [50_000, 500, 1_800_000],
  ])
  const { config: out } = await loadConfig({ preset: 'fanout-5-1000-5-250k' })
  if (out.executor.kind !== 'constant-rate') throw new Error(out.executor.kind)
  expect(out.publishers * out.subscribers * out.executor.rate).toBe(250_000)
})

it('is changed by other flags; a wrong name is told the right ones', async () => {
  const { config: changed } = await loadConfig({
    preset: 'conn-1k',
    connectRate: '50',
    size: '64',
    duration: '5s',
  })
  expect(changed).toMatchObject({
    publishers: 1000,
    size: 64,
    duration: 5000,
    executor: { kind: 'connection-storm', connectRate: 50 },
  })
  await expect(loadConfig({ preset: 'p2p-2k' })).rejects.toThrow(
    /^--preset: found p2p-2k; expected one of conn-1k, /,
  )
})
