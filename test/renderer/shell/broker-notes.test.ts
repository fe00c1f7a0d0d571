import { expect, it } from 'vitest'
import { BROKER_LIMITS } from '../../../electron/contract/broker-limits'
import type { Note } from '../../../electron/contract/model'
import { logMessages } from '../../../electron/engine/simulation/broker/log-messages'
import { brokerNotes } from '../../../renderer/features/shell/broker-notes'
import { brokerNotesJa } from '../../../renderer/features/shell/broker-notes.ja'
import { brokerNotesZh } from '../../../renderer/features/shell/broker-notes.zh'

const LANGUAGES = { ...brokerNotes, ja: brokerNotesJa, zh: brokerNotesZh }

/** Every line that the broker can log; those that name the limit that was reached are given this one. */
const { dropped, ...others } = logMessages
const NOTES = Object.values({ ...others, ...dropped }).map((f) =>
  (f as (limit: string, n: number) => Note)('retainedBytes', 2),
)
const OF_A_LIMIT =
  /\blimit\b|than it may|as it may|\bis full\b|leave no bytes|more than \d|does not read|no CONNECT within/
const named = (text: string): string[] =>
  [...new Set([...text.matchAll(/broker\.limits\.(\w+)/g)].map((m) => m[1] ?? ''))].sort()

const REACHED = NOTES.filter((n) => OF_A_LIMIT.test(n.text) || named(n.text).length > 0)

it('many lines are about a limit', () => {
  expect(REACHED.length).toBeGreaterThanOrEqual(13)
})

it.each(REACHED.map((n) => [n.key, n] as const))(
  '%s says which setting lifts it, in every language',
  (_, note) => {
    const names = named(note.text)
    expect(names).toHaveLength(1)
    expect(BROKER_LIMITS).toHaveProperty(names[0] ?? '')
    for (const texts of Object.values(LANGUAGES)) {
      const text = texts[note.key as keyof typeof texts].replace('{limit}', String(note.values.limit))
      expect(named(text)).toEqual(names)
    }
  },
)
