/** What the embedded broker keeps, of which all clients together may have so much; see docs/security.md. */
export type KeptKind = 'queues' | 'retained' | 'subscriptions' | 'sessions' | 'wills' | 'unread' | 'halfRead'

/** Bytes that are kept for one client, with topics, properties and overhead. */
export interface KeptRow {
  clientId: string
  connected: boolean
  /** Messages that wait or are in flight. */
  messages: number
  messageBytes: number
  subscriptions: number
  subscriptionBytes: number
  /** Retained messages that it published. */
  retainedBytes: number
  /** All of it, with session, will and what is not read. */
  bytes: number
}

/** What the embedded broker keeps, and for whom. */
export interface KeptByBroker {
  parts: { kind: KeptKind; bytes: number; limit: number }[]
  sessions: number
  /** The clients with most, as many as were asked for. */
  clients: KeptRow[]
}
