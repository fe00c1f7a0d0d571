import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { RecordFile } from '../../electron/cli/record-file'

const folder = mkdtempSync(join(tmpdir(), 'fleetlab-record-'))
afterAll(() => rmSync(folder, { recursive: true }))

const broken = (code: string, message = code) => Object.assign(new Error(message), { code })

it('writes every line, in batches and at the end, over what was there', () => {
  const path = join(folder, 'lines')
  const failures: string[] = []
  for (const count of [3, 30_000]) {
    const file = new RecordFile(path, (why) => failures.push(why))
    for (let i = 0; i < count; i++) file.line(`{"n":${i}}`)
    file.close()
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect([lines.length, lines.at(-1)]).toEqual([count, `{"n":${count - 1}}`])
  }
  expect(failures).toEqual([])
})

it('a full disk is told once, and nothing is written or kept after it', () => {
  const failures: string[] = []
  let calls = 0
  const file = new RecordFile(
    join(folder, 'full'),
    (why) => failures.push(why),
    () => {
      calls++
      throw broken('ENOSPC')
    },
  )
  file.line('a')
  file.flush()
  file.line('b')
  file.flush()
  file.close()
  expect(failures).toEqual(['the disk is full'])
  expect(file.failed).toBe('the disk is full')
  expect(calls).toBe(1)
})

it('what a pipe does not take now is written later, in order; more than 64 MiB ends the record', () => {
  const failures: string[] = []
  let room = 4
  const taken: Buffer[] = []
  const file = new RecordFile(
    join(folder, 'pipe'),
    (why) => failures.push(why),
    (_file, bytes) => {
      if (room === 0) throw broken('EAGAIN')
      const part = Buffer.from(bytes.subarray(0, room))
      room -= part.length
      taken.push(part)
      return part.length
    },
  )
  for (const line of ['first', 'second']) {
    file.line(line)
    file.flush()
  }
  expect(Buffer.concat(taken).toString()).toBe('firs')
  room = 1000
  file.flush()
  expect(Buffer.concat(taken).toString()).toBe('first\nsecond\n')
  room = 0
  const long = 'x'.repeat(8 * 1024 * 1024)
  for (let i = 0; i < 9; i++) file.line(long)
  expect(failures).toEqual(['whoever reads it is too slow'])
  file.close()
})
