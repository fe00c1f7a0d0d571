import type { SessionMarkKind } from '@contract/model'

/** Marks after which the client has no connection. One that was taken over has the other's. */
const CLOSED: readonly SessionMarkKind[] = [
  'cut',
  'reset',
  'recovery',
  'disconnect',
  'broken',
  'timeout',
  'closed',
]
const CLOSES = new Set<SessionMarkKind>(CLOSED)
const OPENS = new Set<SessionMarkKind>(['connect', 'connack', 'resume'])
/** Marks of something that went wrong. */
const TROUBLE = new Set<SessionMarkKind>([
  ...CLOSED.filter((k) => k !== 'disconnect'),
  'taken-over',
  'dead',
  'will',
  'gave-up',
])

export const closes = (kind: SessionMarkKind): boolean => CLOSES.has(kind)
/** The connection is another one from here on. */
export const breaks = (kind: SessionMarkKind): boolean =>
  CLOSES.has(kind) || OPENS.has(kind) || kind === 'taken-over'
/** Says whether the client has a connection. */
export const tellsConnection = (kind: SessionMarkKind): boolean => CLOSES.has(kind) || OPENS.has(kind)
export const isTrouble = (kind: SessionMarkKind): boolean => TROUBLE.has(kind)
