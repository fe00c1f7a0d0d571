import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadSchema } from '../electron/contract/load-config'
import { inputOfFile } from '../electron/contract/load-flags'
import { planOf } from '../electron/engine/load/run/executors'

const folder = join(import.meta.dirname, '../examples/load')

it.each(readdirSync(folder))('examples/load/%s is a load test', (file) => {
  const config = loadSchema.parse(
    inputOfFile(parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>),
  )
  expect(planOf(config).publishing.kind).not.toBe('none')
})
