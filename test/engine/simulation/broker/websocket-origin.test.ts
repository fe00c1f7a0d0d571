import { describe, expect, it } from 'vitest'
import { isWelcome } from '../../../../electron/engine/simulation/broker/listener/ws'

describe('who a WebSocket of the broker is opened to', () => {
  it.each([
    [undefined, '127.0.0.1:9001', true],
    ['http://localhost:5173', '127.0.0.1:9001', true],
    ['http://127.0.0.1:8080', 'localhost:9001', true],
    ['http://[::1]:8080', '127.0.0.1:9001', true],
    ['http://192.168.0.7:8080', '192.168.0.7:9001', true],
    ['https://192.168.0.7', '192.168.0.7:9001', true],
    ['https://evil.example', '127.0.0.1:9001', false],
    ['http://localhost.evil.example', '127.0.0.1:9001', false],
    ['http://evil.example:9001', 'evil.example:9001', false],
    ['http://192.168.0.8', '192.168.0.7:9001', false],
    ['http://localhost@evil.example', '127.0.0.1:9001', false],
    ['null', '127.0.0.1:9001', false],
    ['', '', false],
  ])('origin %s at host %s: %s', (origin, host, welcome) => expect(isWelcome(origin, host)).toBe(welcome))
})
