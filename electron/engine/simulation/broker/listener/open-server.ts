import type { Server } from 'node:net'
import type { Duplex } from 'node:stream'

/** What a kind of listener gives: the server whose port is open, and streams as clients come. */
export interface OpenServer {
  server: Server
  certificate?: string
  close?(): void
}
/** Ends the client of a stream, which makes the broker keep more than it may. */
export type EndClient = () => void
export type OnStream = (stream: Duplex, remote: string) => EndClient
