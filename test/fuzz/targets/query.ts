/**
 * What a person types or an address holds: packet queries with their completion, topic filters, time ranges, durations.
 * Input: one byte for the cursor, one for the topic, then the text; a line end parts text and topic.
 */
import { parseDuration } from '../../../electron/contract/duration'
import { clientsOf, FilterError, parsePacketFilter } from '../../../electron/contract/packet-filter'
import { quoteValue, splitTerms, splitValues, unquote } from '../../../electron/contract/query-terms'
import { timeRangeOf, withTimeRange } from '../../../electron/contract/time-range'
import { explainMatch, isValidFilter, isValidTopic, sharedFilter } from '../../../electron/contract/topics'
import { completions, toggleTerm } from '../../../renderer/features/handshakes/query-completion'
import { createTopicTree } from '../../../electron/engine/observe/traffic/topic-tree'
import { packet } from '../../helpers/packet-row'
import { attempt, check, same } from './check'

const NAMES = ['a', 'my sensor', 'a,b', 'say "x"', 'back\\slash', 'time:1', '-x', '*']
const ROWS = NAMES.map((clientId, i) =>
  packet({ seq: i + 1, clientId, type: 'PUBLISH', topic: `t/${clientId}/+`.replace('+', ''), qos: 1 }),
)

export function fuzz(data: Buffer): void {
  const [text = '', topic = ''] = data.subarray(1).toString('utf8').split('\n')
  checkQuery(text, (data[0] ?? 0) % (text.length + 1))
  checkFilter(text, topic)
  const ms = parseDuration(text)
  check(ms === undefined || ms >= 0, 'a duration is no less than 0')
}

function checkQuery(query: string, caret: number): void {
  for (const value of [query, ...NAMES]) {
    same(splitTerms(`client:${quoteValue(value)}`).length, 1, 'a value in quotes is one term')
    same(unquote(quoteValue(value)), value, 'a value is as it was before it was put in quotes')
    same(splitValues(quoteValue(value)).length, value === '' ? 0 : 1, 'and one value')
  }
  for (const c of completions(query, caret, { clients: NAMES, topics: [] }))
    check(c.caret <= c.query.length, 'the cursor is in the text')
  for (const name of NAMES.slice(0, -1)) {
    const found = parsePacketFilter(`client:${quoteValue(name)}`)
    same(
      ROWS.filter((r) => found(r, {})).map((r) => r.clientId),
      [name],
      'a client is found by its name in quotes',
    )
  }
  const filter = attempt(() => parsePacketFilter(query), [FilterError])
  if (!filter) return
  const clients = clientsOf(query)
  for (const row of ROWS) {
    const found = filter(row, {})
    check(
      !found || clients === null || clients.includes(row.clientId),
      'a match is of a client that the query names',
    )
    if (found) check(filter(row, {}), 'asked twice, a filter says the same')
  }
  toggleTerm(toggleTerm(query, 'qos:1'), 'qos:1')
  const range = timeRangeOf(query)
  if (range && range.toMs - range.fromMs >= 1 && range.fromMs < 1e9) timeRangeOf(withTimeRange(query, range))
}

function checkFilter(filter: string, topic: string): void {
  const shared = sharedFilter(filter)
  if (shared) same(`$share/${shared.group}/${shared.filter}`, filter, 'group and filter are all of it')
  if (!isValidFilter(filter) || !isValidTopic(topic)) return
  const tree = createTopicTree({ clock: { now: () => 0 } })
  tree.published({ topic, clientId: null, qos: 0, retain: false, payload: Buffer.alloc(0), atMs: 0 })
  const { matches } = explainMatch(filter, topic)
  const view = { open: [], search: '', filter, offset: 0, limit: 1 }
  same(tree.page(view).matchedTopics, matches ? 1 : 0, `${filter} and ${topic} in the tree`)
}
