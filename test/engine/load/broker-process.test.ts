import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { parseProcessMetrics, textUpTo } from '../../../electron/engine/load/run/broker-metrics'
import { BrokerWatch, parseStat } from '../../../electron/engine/load/run/broker-process'

it('reads CPU time and memory of a process whose name has parentheses and spaces', () => {
  const fields = ['S', ...Array.from({ length: 30 }, (_, i) => String(i + 4))]
  // fields 14, 15 and 24 of proc(5)
  fields.splice(11, 2, '250', '50')
  fields.splice(21, 1, '1000')
  expect(parseStat(`42 (a ) b) ${fields.join(' ')}\n`)).toEqual({
    name: 'a ) b',
    cpuMs: 3000,
    residentBytes: 4_096_000,
  })
  expect(parseStat('')).toBeNull()
})

const FIGURES = (cpu: number): string =>
  `# HELP process_cpu_seconds_total x\nprocess_cpu_seconds_total{a="b"} ${cpu}\nprocess_resident_memory_bytes 4.096e+06\n`

it('reads CPU time and memory as a broker shows them to Prometheus, and their growth over a run', async () => {
  expect(parseProcessMetrics(FIGURES(1.5), 'u')).toEqual({ name: 'u', cpuMs: 1500, residentBytes: 4_096_000 })
  expect(parseProcessMetrics('process_cpu_seconds_total 1\n', 'u')).toBeNull()
  let cpu = 1
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/metrics' ? 200 : 404
    response.end(request.url === '/none' ? '' : FIGURES((cpu += 0.5)))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const watch = await BrokerWatch.ofMetrics(`${url}/metrics`)
  let now = 0
  const clock = (): number => (now += 1000)
  await watch.begin(clock)
  await watch.look(clock)
  expect(watch.report()).toMatchObject({ pid: null, name: `${url}/metrics`, cpuMs: 500, cores: 0.5 })
  await expect(BrokerWatch.ofMetrics(`${url}/gone`)).rejects.toThrow(
    `--broker-metrics: ${url}/gone answered HTTP 404`,
  )
  server.close()
  server.closeAllConnections()
  await expect(BrokerWatch.ofMetrics(`${url}/metrics`)).rejects.toThrow(/does not answer: \w+$/)
})

it('reads of an answer without an end only what a broker can have to say', async () => {
  const state = { parts: 0, left: false }
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        state.parts++
        yield Promise.resolve(Buffer.from('0123456789'))
      }
    } finally {
      state.left = true
    }
  }
  expect(await textUpTo(endless(), 95)).toBeNull()
  expect(state).toEqual({ parts: 10, left: true })
  const bytes = Buffer.from('5 µs')
  const halves = Readable.from([bytes.subarray(0, 3), bytes.subarray(3)])
  expect(await textUpTo(halves, bytes.length)).toBe('5 µs')
})
