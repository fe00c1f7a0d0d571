import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { VIEWER_NAME_LENGTH } from '../../../electron/contract/share'
import { shareAddresses } from '../../../electron/web/share/addresses'
import { tokenOf } from '../../../electron/web/share/join'
import { Bucket, Buckets } from '../../../electron/web/share/limits'
import { sameCode, systemSecrets, tokenKey } from '../../../electron/web/share/secrets'
import { cleanName, unlike } from '../../../electron/web/share/viewer-name'

const length = (text: string): number => [...new Intl.Segmenter().segment(text)].length

describe('names', () => {
  it.each([
    ['  Mina   Kim ', 'Mina Kim'],
    ['김민아', '김민아'],
    ['\u1100\u1161', '가'],
    ['a\u202Eb\u0000\n', 'ab'],
    ['👩', '👩'],
    ['x'.repeat(50), 'x'.repeat(VIEWER_NAME_LENGTH)],
    [`e${'\u0301'.repeat(100)}`, `é${'\u0301'.repeat(7)}`],
  ])('%j is shown as %j', (typed, shown) => expect(cleanName(typed)).toBe(shown))

  it.each(['', '   ', '...', '\u200B\u200D', '\u202E', '\u3164', '\u2800\uffa0'])('%j is no name', (typed) =>
    expect(cleanName(typed)).toBeNull(),
  )

  test.prop([fc.string({ unit: 'binary', maxLength: 200 })])('are short, visible and stable', (typed) => {
    const name = cleanName(typed)
    if (name === null) return
    expect(length(name)).toBeLessThanOrEqual(VIEWER_NAME_LENGTH)
    expect(name).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(name).toBe(name.trim())
  })

  test.prop([fc.array(fc.string({ minLength: 1, maxLength: 24 }), { maxLength: 30 })])(
    'are never alike',
    (wanted) => {
      const taken = new Set<string>()
      for (const name of wanted) taken.add(unlike(name, taken))
      expect(taken.size).toBe(wanted.length)
    },
  )
})

describe('buckets', () => {
  it('give what they hold, then only what time brings', () => {
    let now = 0
    const bucket = new Bucket({ burst: 3, perSecond: 2 }, () => now)
    expect([bucket.take(2), bucket.take(2), bucket.take(), bucket.take()]).toEqual([true, false, true, false])
    expect(bucket.waitMs(3)).toBe(1500)
    now = 1499
    expect(bucket.take(3)).toBe(false)
    now = 1500
    expect(bucket.take(3)).toBe(true)
    now = 1e9
    expect([bucket.take(3), bucket.take()]).toEqual([true, false])
  })

  it('of many keys stay few: full ones are forgotten first', () => {
    let now = 0
    const buckets = new Buckets({ burst: 1, perSecond: 1 }, () => now)
    for (let i = 0; i < 4096; i++) buckets.of(`k${i}`).take()
    expect(buckets.of('k4095').take()).toBe(false)
    buckets.of('new')
    expect(buckets.of('k1').take()).toBe(false)
    expect(buckets.of('k0').take()).toBe(true)
    now = 10_000
    buckets.of('another')
    expect(buckets.of('k1').take()).toBe(true)
  })
})

describe('secrets', () => {
  it('are eight digits and 256 bits', () => {
    for (let i = 0; i < 200; i++) expect(systemSecrets.code()).toMatch(/^\d{8}$/)
    expect(Buffer.from(systemSecrets.token(), 'base64url')).toHaveLength(32)
    expect(new Set(Array.from({ length: 100 }, () => systemSecrets.token())).size).toBe(100)
    expect(tokenKey('a')).not.toBe(tokenKey('b'))
  })

  it('are compared whatever their lengths', () => {
    expect(sameCode('12345678', '12345678')).toBe(true)
    expect(sameCode('12345678', '1234567')).toBe(false)
    expect(sameCode('', '12345678')).toBe(false)
  })

  it('are read from the one cookie of this port', () => {
    expect(tokenOf('a=1; fleetlab_8080=abc; fleetlab_8081=def', 'fleetlab_8080')).toBe('abc')
    expect(tokenOf('xfleetlab_8080=abc', 'fleetlab_8080')).toBeUndefined()
    expect(tokenOf('fleetlab_8080', 'fleetlab_8080')).toBeUndefined()
    expect(tokenOf(undefined, 'fleetlab_8080')).toBeUndefined()
  })
})

describe('addresses', () => {
  it('put the class network first, this machine last, and leave out what needs a zone', () => {
    const at = (address: string, family: 'IPv4' | 'IPv6', internal = false) => ({
      address,
      family,
      internal,
      netmask: '',
      mac: '',
      cidr: null,
      scopeid: 0,
    })
    const found = shareAddresses({
      lo: [at('127.0.0.1', 'IPv4', true), at('::1', 'IPv6', true)],
      wlan0: [at('fe80::1', 'IPv6'), at('fd00::2', 'IPv6'), at('192.168.0.7', 'IPv4')],
    })
    expect(found.map((a) => a.address)).toEqual(['192.168.0.7', 'fd00::2', '127.0.0.1', '::1'])
    expect(found[2]).toEqual({ address: '127.0.0.1', network: 'lo', loopback: true })
  })
})
