import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import sirv from 'sirv'
import { pageHeaders } from '../contract/page-policy'

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Answers with the files of the built page, under the content security policy.
 * @param origin of a proxy in front of this server, where the page then comes from
 */
export function createPageHandler(root: string, origin?: string): Handler {
  const files = sirv(root, { etag: true })
  const byProxy = origin === undefined ? [] : [origin.replace(/^http/, 'ws')]
  return (request, response) => {
    for (const [name, value] of Object.entries(
      pageHeaders([`ws://${request.headers.host ?? ''}`, ...byProxy]),
    )) {
      response.setHeader(name, value)
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, 405, 'Only GET and HEAD are supported here.\n')
      return
    }
    files(request, response, () => {
      if (request.url === '/favicon.ico') response.writeHead(204).end()
      else refuse(response, 404, 'No such file.\n')
    })
  }
}

export function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(text)
}

/** Refuses a WebSocket before it is one. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nconnection: close\r\n\r\n`)
}
