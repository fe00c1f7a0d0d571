import { expect, it } from 'vitest'
import { limitedLog, LogLines } from '../../electron/cli/log-lines'

it('writes at most 50 lines in a second, and then how many it left out', () => {
  let nowMs = 0
  const written: string[] = []
  const due: { atMs: number; step: () => void }[] = []
  const lines = new LogLines({
    write: (text) => written.push(text),
    nowMs: () => nowMs,
    later: (step, ms) => due.push({ atMs: nowMs + ms, step }),
  })
  for (let i = 0; i < 51; i++) lines.add(`warn: line ${i}`)
  nowMs = 400
  for (let i = 51; i < 300; i++) lines.add(`warn: line ${i}`)
  expect(written).toEqual(Array.from({ length: 50 }, (_, i) => `warn: line ${i}\n`))
  expect(due.map((d) => d.atMs)).toEqual([1000])
  nowMs = 1000
  due[0]?.step()
  expect(written.slice(50)).toEqual([
    'warn: 250 more lines were left out: at most 50 are written in a second\n',
  ])
  lines.add('warn: later')
  expect(written.slice(51)).toEqual(['warn: later\n'])
  expect(due).toHaveLength(1)
})

it('writes an error after any number of warnings, and nothing that a terminal would take as a command', () => {
  const written: string[] = []
  const say = limitedLog((text) => written.push(text))
  for (let i = 0; i < 80; i++) say('warn', `line ${i}`)
  say('error', 'broken\u001b[2J')
  expect(written).toHaveLength(51)
  expect(written.at(-1)).toMatch(/^error: broken/)
  expect(written.at(-1)).not.toContain('\u001b')
})
