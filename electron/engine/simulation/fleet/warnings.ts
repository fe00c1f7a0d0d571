/** What a device warns of, with its texts. */
export const WARNINGS = {
  'device-error': '{clientId}: {why}',
  'publish-failed': '{clientId}: a message was not published: {why}',
  'subscribe-failed': '{clientId} could not subscribe: {why}',
  'answers-too-many':
    '{clientId}: too many messages to answer, the last on {why}; does another device answer its answers?',
  'answer-too-long': '{clientId}: an answer to {why} would be too long and was not sent',
  'answer-no-topic': '{clientId}: an answer was not sent: {why} is not a topic name',
  'answer-no-response-topic':
    '{clientId}: a message on {why} was not answered: it carried no response topic, and the answer names no topic',
  'subscribe-refused': '{clientId}: the broker refused the subscription to {why}',
} as const
