import { createServer } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { listen } from '../../electron/web/listen'

const server = createServer((_request, response) => response.end('served'))
afterEach(() => server.close())

it('tells what a listener meets later, and goes on serving', async () => {
  const faults: unknown[] = []
  const port = await listen(server, { host: '127.0.0.1', port: 0 }, (e) => faults.push(e))
  const emfile = Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', syscall: 'accept' })
  server.emit('error', emfile)
  expect(faults).toEqual([emfile])
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('served')
})
