import { describe, expect, it } from 'vitest'
import { isOwnHost, isSameOrigin, parseOrigin } from '../../electron/web/origin'

describe('isOwnHost', () => {
  const local = { host: '127.0.0.1', port: 8080 }

  it.each(['127.0.0.1:8080', 'localhost:8080', 'LOCALHOST:8080', '[::1]:8080', '127.9.9.9:8080'])(
    'accepts %s for a loopback listener',
    (header) => expect(isOwnHost(header, local)).toBe(true),
  )

  it.each([
    undefined,
    '',
    'evil.example:8080',
    '127.0.0.1:8081',
    '127.0.0.1',
    '127.0.0.1.evil.example:8080',
    '192.168.0.7:8080',
    'localhost:8080@evil.example',
    '127.evil.example:8080',
  ])('refuses %s for a loopback listener', (header) => expect(isOwnHost(header, local)).toBe(false))

  it('accepts any literal address, and no foreign name, when bound to every interface', () => {
    const any = { host: '0.0.0.0', port: 8080 }
    expect(isOwnHost('192.168.0.7:8080', any)).toBe(true)
    expect(isOwnHost('evil.example:8080', any)).toBe(false)
  })

  it('takes port 80 for granted', () => {
    expect(isOwnHost('localhost', { host: '127.0.0.1', port: 80 })).toBe(true)
  })
})

describe('isSameOrigin', () => {
  const local = { host: '127.0.0.1', port: 8080 }
  it('wants scheme, name and port alike', () => {
    expect(isSameOrigin('http://localhost:8080', 'localhost:8080', local)).toBe(true)
    expect(isSameOrigin('http://localhost:8081', 'localhost:8080', local)).toBe(false)
    expect(isSameOrigin('https://localhost:8080', 'localhost:8080', local)).toBe(false)
    expect(isSameOrigin('null', 'localhost:8080', local)).toBe(false)
    expect(isSameOrigin(undefined, 'localhost:8080', local)).toBe(false)
  })
})

describe('behind a proxy that speaks TLS', () => {
  const behind = { host: '127.0.0.1', port: 8080, origin: 'https://lab.example' }

  it('answers for the name of the proxy and for its own, and for no other', () => {
    expect(isOwnHost('lab.example', behind)).toBe(true)
    expect(isOwnHost('LAB.example', behind)).toBe(true)
    expect(isOwnHost('127.0.0.1:8080', behind)).toBe(true)
    expect(isOwnHost('lab.example:8080', behind)).toBe(false)
    expect(isOwnHost('lab.example.evil.example', behind)).toBe(false)
    expect(isOwnHost('lab.example', { ...behind, origin: 'https://lab.example:8443' })).toBe(false)
    expect(isOwnHost('lab.example:8443', { ...behind, origin: 'https://lab.example:8443' })).toBe(true)
  })

  it.each(['lab.example', '127.0.0.1:8080'])(
    'takes exactly its origin, whichever host the proxy hands on: %s',
    (host) => {
      expect(isSameOrigin('https://lab.example', host, behind)).toBe(true)
      for (const other of [
        'http://lab.example',
        'https://lab.example:8443',
        'https://evil.example',
        'null',
      ]) {
        expect(isSameOrigin(other, host, behind)).toBe(false)
      }
    },
  )

  it.each([
    ['https://lab.example', 'https://lab.example'],
    ['https://LAB.example:443', 'https://lab.example'],
    ['http://localhost:9000', 'http://localhost:9000'],
    ['https://lab.example/', null],
    ['https://lab.example/path', null],
    ['https://user@lab.example', null],
    ['wss://lab.example', null],
    ['lab.example', null],
    ['https://', null],
  ])('reads %s as %s', (text, origin) => expect(parseOrigin(text)).toBe(origin))
})
