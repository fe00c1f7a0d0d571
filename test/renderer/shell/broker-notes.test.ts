import { expect, it } from 'vitest'
import { BROKER_LIMITS } from '../../../electron/contract/broker-limits'
import { logMessages } from '../../../electron/engine/simulation/broker/log-messages'
import { brokerNotes } from '../../../renderer/features/shell/broker-notes'
import { brokerNotesJa } from '../../../renderer/features/shell/broker-notes.ja'
import { brokerNotesZh } from '../../../renderer/features/shell/broker-notes.zh'

const LANGUAGES = { ...brokerNotes, ja: brokerNotesJa, zh: brokerNotesZh }

const REACHED = [
  ['topicLevels', logMessages.tooManyLevels('a/b/c', 2)],
  ['connectTimeout', logMessages.noConnect(10)],
  ['clients', logMessages.fullOfClients(20_000)],
  ['sessions', logMessages.fullOfSessions(20_000)],
  ['sessionBytes', logMessages.fullOfSessionBytes(80_000)],
  ['willBytes', logMessages.fullOfWills()],
  ['connectionsPerAddress', logMessages.tooManyOfAddress('127.0.0.1', 2500)],
  ['connectionsPerSecond', logMessages.tooManyConnections(5000)],
] as const

it.each(REACHED)('a line about %s says which setting lifts it, in every language', (limit, note) => {
  expect(BROKER_LIMITS).toHaveProperty(limit)
  const texts = Object.values(LANGUAGES).map((l) => l[note.key as keyof typeof brokerNotes.en])
  for (const text of [note.text, ...texts]) expect(text).toContain(`broker.limits.${limit}`)
})
