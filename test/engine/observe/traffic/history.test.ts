import fc from 'fast-check'
import { expect, it } from 'vitest'
import { HISTORY, PAYLOAD_BYTES, TopicHistory } from '../../../../electron/engine/observe/traffic/history'

it('the last messages are what was published, whatever their sizes, and memory given up is gone from the oldest', () => {
  const size = fc.oneof(fc.nat(3), fc.nat(60), fc.integer({ min: 900, max: 6000 }))
  const step = fc.oneof(
    { weight: 12, arbitrary: size },
    { weight: 1, arbitrary: fc.constant('shrink' as const) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const history = new TopicHistory()
      let model: { atMs: number; payload: Buffer }[] = []
      let bytes = 0
      steps.forEach((s, i) => {
        if (s === 'shrink') {
          if (model.length < 2) return
          const freed = history.shrink()
          expect(freed).toBeGreaterThan(0)
          bytes -= freed
          model = model.slice(Math.floor(model.length / 2))
        } else {
          const payload = Buffer.alloc(s, i + 1)
          bytes += history.add({
            topic: 't',
            clientId: `c${i}`,
            qos: 1,
            retain: i % 2 === 1,
            payload,
            atMs: i,
          })
          model = [...model, { atMs: i, payload }].slice(-HISTORY)
        }
        expect(bytes).toBeGreaterThanOrEqual(0)
        expect(history.length).toBe(model.length)
      })
      const told = history.messages()
      expect(told).toEqual(
        model.reverse().map(({ atMs, payload }) => ({
          atMs,
          clientId: `c${atMs}`,
          qos: 1,
          retain: atMs % 2 === 1,
          bytes: payload.length,
          payload: new Uint8Array(payload.subarray(0, PAYLOAD_BYTES)),
          truncated: payload.length > PAYLOAD_BYTES,
        })),
      )
      expect(history.last()?.payload).toEqual(told[0]?.payload)
    }),
  )
})
