import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Bench, dup, puback, publishFrame } from '../engine/observe/capture/wire'
import { runFleetlab } from '../helpers/cli-run'

describe('fleetlab inspect', () => {
  let folder = ''
  const file = (): string => join(folder, 'run.pcapng')
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'inspect-'))
    const b = new Bench()
    b.connect('sensor\x1b[31m')
    const one = publishFrame({ topic: 'home/a', qos: 1, id: 7 })
    b.pass('sensor\x1b[31m', 'uplink', one)
    b.pass('sensor\x1b[31m', 'uplink', dup(one), { attempt: 2 })
    b.pass('sensor\x1b[31m', 'downlink', puback(7))
    b.pass('sensor\x1b[31m', 'uplink', publishFrame({ topic: 'home/a', qos: 2, id: 8 }))
    writeFileSync(file(), b.capture.pcapng('').bytes)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('prints the counts as JSON', async () => {
    const { code, stdout } = await runFleetlab(['inspect', file(), '--json', '-'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      packets: { CONNECT: 1, CONNACK: 1, PUBLISH: 3, PUBACK: 1, PUBREC: 0 },
      malformed: 0,
      missingBytes: 0,
      clients: [{ clientId: 'sensor\x1b[31m', packets: 6 }],
      exchanges: { complete: 1, unfinished: 1, repeated: 1 },
      answerMs: { count: 2, p50: 1, p95: 2, p99: 2 },
    })
  })

  it('prints a report for people, without the control characters of others', async () => {
    const { code, stdout } = await runFleetlab(['inspect', file()])
    expect(code).toBe(0)
    expect(stdout).not.toContain('\x1b')
    expect(stdout).toMatch(/^unfinished +1$/m)
    expect(stdout).toContain('QoS 2 #8, home/a: PUBLISH, then no PUBREC')
  })

  it.each([
    ['a file that is not there', 'nothing.pcap', 'cannot be read'],
    ['a file that is no capture', 'text.pcap', 'not a pcap or pcapng file (it begins with 68656c6c)'],
  ])('says in one line what is wrong with %s', async (_, name, line) => {
    writeFileSync(join(folder, 'text.pcap'), 'hello')
    const { code, stdout, stderr } = await runFleetlab(['inspect', join(folder, name)])
    expect({ code, stdout, lines: stderr.split('\n').length }).toEqual({ code: 2, stdout: '', lines: 2 })
    expect(stderr).toContain(line)
  })
})
