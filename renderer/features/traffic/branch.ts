import type { TopicRow } from '@contract/model'
import { quoteValue } from '@contract/query-terms'

/** The topic filter of a line of the tree: the topic alone, or of a branch all topics at and below it. */
export const filterOfRow = ({ path, branch }: Pick<TopicRow, 'path' | 'branch'>): string =>
  branch ? `${path}/#` : path

/** The packet query for the messages that a topic filter matches. */
export const messagesQuery = (filter: string): string => `topic:${quoteValue(filter)}`
