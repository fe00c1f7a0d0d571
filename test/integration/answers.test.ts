import { spawn, spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { ScenarioInput } from '../../electron/contract/scenario'
import type { Offered, Received } from '../../electron/engine/simulation/fleet/types'
import { createSimulation } from '../../electron/engine/simulation/simulation'
import { scenarioOf } from '../helpers/lab-run'
import { until } from '../helpers/until'

const missing = ['mosquitto_pub', 'mosquitto_sub', 'mosquitto_rr'].filter(
  (p) => spawnSync(p, ['--help']).error,
)
const DEVICES = 400
const DELAY_MS = { least: 50, most: 250 }

/** Devices behind the embedded broker's port, on the simulation's own clock at the pace of real time. */
async function serve(groups: ScenarioInput['groups']) {
  const sim = createSimulation({
    scenario: scenarioOf({ groups }),
    clock: { speed: 1, quantumMs: 1 },
    network: { env: {} },
  })
  const asked = new Map<string, Received>()
  const answers: { message: Offered; afterMs: number }[] = []
  sim.observe({
    fleet: {
      received: (m) => asked.set(m.subscriber, m),
      offered: (message) =>
        answers.push({ message, afterMs: message.atMs - (asked.get(message.publisher)?.atMs ?? NaN) }),
    },
  })
  await sim.start()
  await sim.connect()
  return { sim, answers, asked, port: String(sim.target?.embedded?.listeners()[0]?.port) }
}

describe.skipIf(missing.length > 0)(
  `devices that answer mosquitto's clients ${missing.length > 0 ? `(not installed: ${missing.join(', ')})` : ''}`,
  () => {
    test('400 devices answer one command each within their declared delay, and every answer arrives', async () => {
      const { sim, answers, asked, port } = await serve([
        {
          name: 'lamps',
          id: 'lamp-{n}',
          count: DEVICES,
          state: { power: 'off' },
          answers: [
            {
              on: 'lamp/all/set',
              delay: { model: 'uniform', minMs: DELAY_MS.least, maxMs: DELAY_MS.most },
              set: { power: '{payload}' },
              reply: {
                topic: 'lamp/{id}/state',
                payload: '{"power":"{state.power}"}',
                qos: 1,
                identity: 'content',
              },
            },
          ],
        },
      ])
      const listener = spawn('mosquitto_sub', [
        '-p',
        port,
        '-q',
        '1',
        '-t',
        'lamp/+/state',
        '-F',
        '%t %p',
        '-C',
        String(DEVICES),
        '-W',
        '60',
      ])
      try {
        let heard = ''
        listener.stdout.on('data', (b: Buffer) => (heard += b.toString()))
        await until(
          () => (sim.target?.embedded?.clients() ?? []).some((c) => c.external && c.subscriptions.length > 0),
          'the listener',
        )
        const command = spawn('mosquitto_pub', ['-p', port, '-q', '1', '-t', 'lamp/all/set', '-m', 'on'])
        await new Promise((done) => command.once('close', done))
        await until(() => heard.trim().split('\n').length === DEVICES, 'all answers')
        expect(new Set(heard.trim().split('\n'))).toEqual(
          new Set(Array.from({ length: DEVICES }, (_, i) => `lamp/lamp-${i + 1}/state {"power":"on"}`)),
        )
        expect(asked.size).toBe(DEVICES)
        const late = answers.map((a) => a.afterMs)
        expect(late).toHaveLength(DEVICES)
        // The clock wakes once in a millisecond for so many devices.
        expect(Math.min(...late)).toBeGreaterThanOrEqual(DELAY_MS.least)
        expect(Math.max(...late)).toBeLessThanOrEqual(DELAY_MS.most + 1)
      } finally {
        listener.kill('SIGKILL')
        await sim.close()
      }
    })

    test('a request of MQTT 5 is answered on its response topic with its correlation data', async () => {
      const { sim, answers, port } = await serve([
        {
          name: 'meter',
          id: 'meter',
          protocol: 5,
          state: { reads: 0 },
          answers: [
            {
              on: 'meter/read',
              delay: 20,
              set: { reads: { add: 1 } },
              reply: { topic: 'meter/value', payload: '{payload} {state.reads}' },
            },
          ],
        },
      ])
      try {
        // mosquitto_rr takes only the answer that comes on its response topic.
        const ask = spawn('mosquitto_rr', [
          '-V',
          '5',
          '-p',
          port,
          '-W',
          '30',
          '-t',
          'meter/read',
          '-e',
          'reply/to/me',
          '-m',
          'kWh',
          '-D',
          'publish',
          'correlation-data',
          'ab12',
          '-F',
          '%t %D %p',
        ])
        let heard = ''
        ask.stdout.on('data', (b: Buffer) => (heard += b.toString()))
        await new Promise((done) => ask.once('close', done))
        expect(heard.trim()).toBe('reply/to/me ab12 kWh 1')
        expect(answers.map((a) => a.message.topic)).toEqual(['reply/to/me'])
      } finally {
        await sim.close()
      }
    })
  },
)
