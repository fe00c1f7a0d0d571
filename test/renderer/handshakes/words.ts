import type { SequenceWords } from '../../../renderer/canvas/sequence/types'

/** Plain words for layout tests. */
export const words: SequenceWords = {
  broker: 'Broker',
  publisher: 'publisher',
  subscriber: 'subscriber',
  both: 'publisher, subscriber',
  lost: 'lost',
  dropped: 'dropped',
  delivered: 'delivered',
  duplicate: 'duplicate',
  altered: (how) => how,
  nothingSent: (ms) => `${ms} ms, nothing sent`,
  onlyOnTheWay: (ms) => `${ms} ms, on the way`,
  notShown: (ms, types) => `${ms} ms, not shown: ${types.join(', ')}`,
  retryTimer: (ms, ran) => `${ran ? 'timer ran' : 'retry timer'} ${ms} ms`,
  afterReconnect: (ms) => `after reconnect ${ms ?? ''} ms`,
  stored: (id) => `#${id} stored`,
  discarded: (id) => `#${id} discarded`,
  refused: (reason) => `refused ${reason}`,
  mark: (m) => m.kind,
  time: (ms) => `${ms}`,
  span: (ms) => `${ms} ms`,
  plus: (ms) => `+${ms}`,
  card: (f) => ({
    title: `message ${f.number}`,
    chips: [{ tone: 'plain', text: f.outcome }],
    reason: '',
    brief: f.outcome,
  }),
}
