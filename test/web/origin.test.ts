import { describe, expect, it } from 'vitest'
import { isOwnHost, isSameOrigin } from '../../electron/web/origin'

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
  it('wants scheme, name and port alike', () => {
    expect(isSameOrigin('http://localhost:8080', 'localhost:8080')).toBe(true)
    expect(isSameOrigin('http://localhost:8081', 'localhost:8080')).toBe(false)
    expect(isSameOrigin('https://localhost:8080', 'localhost:8080')).toBe(false)
    expect(isSameOrigin('null', 'localhost:8080')).toBe(false)
    expect(isSameOrigin(undefined, 'localhost:8080')).toBe(false)
  })
})
