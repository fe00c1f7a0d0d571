import { expect, it } from 'vitest'
import type { ImportFacts } from '../../../electron/engine/import/capture-import'
import { importNotes } from '../../../electron/engine/import/notes'
import { readNote } from '../../../renderer/features/shell/capture-notes'
import { en } from '../../../renderer/features/shell/texts.en'
import { shellJa } from '../../../renderer/features/shell/texts.ja'
import { ko } from '../../../renderer/features/shell/texts.ko'
import { shellZh } from '../../../renderer/features/shell/texts.zh'

/** A file in which everything is wrong, n times each. */
const facts = (n: number, encrypted: string[]): ImportFacts => ({
  writer: null,
  frames: 9,
  epochMs: 0,
  durationMs: 0,
  connections: { total: n, mqtt: 0, websocket: 0, tls: n, withoutConnect: n },
  malformed: n,
  missingBytes: n,
  unreadBytes: n,
  repeatedBytes: n,
  reorderedSegments: n,
  lateBytes: n,
  fragments: n,
  unknownLinks: new Map([[147, n]]),
  encrypted,
  cutOffBytes: n,
  damage: 'record 3 says it is 9 bytes long: the file is damaged there',
})

it('every note of a capture is known to the page, one and many alike, with a text in each language', () => {
  const told = [facts(1, ['10.0.0.2:8883']), facts(12_345, ['10.0.0.2:8883'])].flatMap((f) =>
    importNotes(f, { kept: 1, seen: 2_000 }).map((line) => ({ line, said: readNote(line) })),
  )
  expect(told.filter((t) => t.said === null).map((t) => t.line)).toEqual([])
  const keys = new Set(told.map((t) => t.said?.key))
  for (const { said } of [en.recording, ko.recording, shellJa.recording, shellZh.recording])
    expect(new Set(Object.keys(said))).toEqual(keys)
  expect(told.find((t) => t.said?.key === 'tlsOthers')?.said?.values).toEqual({
    n: '12,345',
    who: '10.0.0.2:8883',
  })
  expect(readNote('No such note.')).toBeNull()
})
