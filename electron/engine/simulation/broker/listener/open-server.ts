import type { Server } from 'node:net'
import type { Duplex } from 'node:stream'

/** What a kind of listener gives: the server whose port is open, and streams as clients come. */
export interface OpenServer {
  server: Server
  certificate?: string
  close?(): void
}
export type OnStream = (stream: Duplex, remote: string) => void
