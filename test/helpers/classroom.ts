import type { ScenarioInput } from '../../electron/contract/scenario'

/** The scenario most tests of the page use. */
export const CLASSROOM: ScenarioInput = {
  version: 1,
  name: 'Lossy classroom',
  seed: 7,
  link: { loss: 0.2, delay: 40, recovery: { timeout: 1200 } },
  groups: [
    {
      name: 'Temperature sensors',
      id: 'temp-{n}',
      count: 12,
      publishes: [{ topic: 'home/{n}/temperature', rate: 1, qos: 0, payload: { kind: 'random-walk' } }],
    },
    {
      name: 'Door locks',
      id: 'lock-{n}',
      count: 8,
      clean: false,
      publishes: [{ topic: 'door/{n}/state', rate: 0.2, qos: 1 }],
    },
    {
      name: 'Power meters',
      id: 'meter-{n}',
      count: 6,
      publishes: [{ topic: 'meter/{n}/kwh', rate: 0.5, qos: 2 }],
    },
    {
      name: 'Air quality',
      id: 'air-{n}',
      count: 48,
      publishes: [{ topic: 'home/{n}/air', rate: 1.2, qos: 1, payload: { kind: 'sine' } }],
      link: { kind: 'tcp', loss: 0.05 },
    },
    { name: 'Hall lamps', id: 'lamp-{n}', count: 3, subscribes: [{ filter: 'lamp/+/set', qos: 1 }] },
    { name: 'Dashboard', id: 'dashboard', count: 1, subscribes: [{ filter: 'home/#', qos: 2 }] },
  ],
}
