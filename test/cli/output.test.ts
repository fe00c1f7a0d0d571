import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { watchOutput } from '../../electron/cli/interrupt'
import { runFleetlab } from '../helpers/cli-run'

function watched() {
  const told: string[] = []
  const codes: number[] = []
  const stdout = new EventEmitter()
  const stderr = Object.assign(new EventEmitter(), { write: (text: string) => told.push(text) > 0 })
  const exit = (code: number) => codes.push(code)
  watchOutput({ stdout, stderr, exit } as unknown as NodeJS.Process)
  const fail = (code: string) => stdout.emit('error', Object.assign(new Error(`${code}: write`), { code }))
  return { told, codes, fail }
}

describe('standard output', () => {
  it('that nobody reads any more leaves the exit code to the work', () => {
    const { told, codes, fail } = watched()
    fail('EPIPE')
    expect([told, codes]).toEqual([[], []])
  })

  it('on a full disk ends with one line and exit code 2', () => {
    const { told, codes, fail } = watched()
    fail('ENOSPC')
    expect(told).toEqual(['fleetlab: standard output cannot be written: the disk is full\n'])
    expect(codes).toEqual([2])
  })

  it.each([
    [['--json', '-', '--csv', '-'], '--csv'],
    [['--duration', '1s', '--warmup', '2s'], '--warmup'],
  ])('load refuses %j', async (args, named) => {
    const { code, stderr, stdout } = await runFleetlab(['load', '--url', 'embedded', ...args])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(new RegExp(`^fleetlab: ${named}: found .*; expected .*\\n$`))
  })
})
