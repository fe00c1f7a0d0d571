import type { IncomingMessage, ServerResponse } from 'node:http'
import { refuse } from './page-files'
import { tokenOf } from './share/join'
import { sameCode } from './share/secrets'

/**
 * The key of a host's own page that others than this computer can reach: whoever opens the page can do all that its user
 * can. It comes once in the address (`/?key=...`) and is then held in a cookie that no script can read.
 */
export interface HostKey {
  /** True when the browser has shown the key before. */
  admits(request: IncomingMessage): boolean
  /** Answers a browser that is not admitted: with the cookie when it brings the key, else with a refusal. */
  meet(request: IncomingMessage, response: ServerResponse): void
}

export const KEY_PARAMETER = 'key'

/** @param secure the page is reached over TLS, so the cookie goes nowhere else */
export function createHostKey(secret: string, port: number, secure: boolean): HostKey {
  // Cookies know no ports, so the name holds ours.
  const cookie = `fleetlab_host_${port}`
  return {
    admits: (request) => sameCode(tokenOf(request.headers.cookie, cookie) ?? '', secret),
    meet(request, response) {
      const [path, query] = (request.url ?? '').split('?')
      const given = new URLSearchParams(query).get(KEY_PARAMETER) ?? ''
      if (request.method !== 'GET' || path !== '/' || !sameCode(given, secret)) {
        refuse(response, 401, 'Open the address including its key, as printed where fleetlab was started.\n')
        return
      }
      const attributes = `HttpOnly; SameSite=Strict; Path=/${secure ? '; Secure' : ''}`
      response.writeHead(303, {
        location: '/',
        'set-cookie': `${cookie}=${secret}; ${attributes}`,
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      })
      response.end()
    },
  }
}
