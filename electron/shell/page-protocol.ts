import { net, protocol } from 'electron'
import { isAbsolute, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BRIDGE } from '../contract/bridge'
import { pageHeaders } from '../contract/page-policy'

/** Must run before the application is ready: gives the page's scheme an origin of its own. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: BRIDGE.scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** File of the built page that a URL names, or undefined when it leads anywhere else. */
function pageFile(root: string, url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { host, pathname } = new URL(url)
  if (`${BRIDGE.scheme}://${host}` !== BRIDGE.origin) return undefined
  let path: string
  try {
    path = decodeURIComponent(pathname)
  } catch {
    return undefined
  }
  if (path.includes('\0')) return undefined
  const file = join(root, path === '/' ? 'index.html' : path)
  const inside = relative(root, file)
  return inside.startsWith('..') || isAbsolute(inside) ? undefined : file
}

/** Serves the page from its folder under `app://fleetlab`, with the same headers as the web host. */
export function servePageFiles(root: string): void {
  protocol.handle(BRIDGE.scheme, async (request) => {
    const file = request.method === 'GET' ? pageFile(root, request.url) : undefined
    if (file === undefined) return new Response('No such file.', { status: 404 })
    const found = await net.fetch(pathToFileURL(file).href).catch(() => null)
    if (!found?.ok) return new Response('No such file.', { status: 404 })
    const headers = new Headers(pageHeaders())
    headers.set('content-type', found.headers.get('content-type') ?? 'application/octet-stream')
    return new Response(found.body, { headers })
  })
}
