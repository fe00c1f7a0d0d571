import { describe, expect, it } from 'vitest'
import { RoundTrips } from '../../../../electron/engine/simulation/link/tcp/rtt'

describe('the retransmission timeout', () => {
  it('is the round trip and 200 ms as long as round trips hardly differ', () => {
    const trips = new RoundTrips(68, 200)
    expect(trips.rtoMs).toBe(268)
    for (let n = 1; n <= 50; n++) trips.sample(68, n, n)
    expect(trips.rtoMs).toBe(268)
  })

  it('begins with three times a long round trip, and falls as it repeats', () => {
    const trips = new RoundTrips(400, 200)
    expect(trips.rtoMs).toBe(1200)
    for (let n = 1; n <= 50; n++) trips.sample(400, n, n)
    expect(trips.rtoMs).toBeCloseTo(600, 0)
  })

  it('doubles up to two minutes, and a measured round trip ends that', () => {
    const trips = new RoundTrips(0, 200)
    for (let n = 1; n <= 12; n++) trips.backOff()
    expect(trips.rtoMs).toBe(120_000)
    trips.sample(0, 1, 1)
    expect(trips.rtoMs).toBe(200)
  })
})
