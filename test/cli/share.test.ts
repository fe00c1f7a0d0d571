import { describe, expect, it } from 'vitest'
import type { ShareState } from '../../electron/contract/share'
import { shareAddress, shareLines } from '../../electron/cli/share'

const wlan = { address: '192.168.0.7', network: 'wlan0', loopback: false }
const wlan6 = { address: 'fd00::7', network: 'wlan0', loopback: false }
const eth = { address: '10.0.0.2', network: 'eth0', loopback: false }
const lo = { address: '127.0.0.1', network: 'lo', loopback: true }

describe('--share', () => {
  it('means the only network there is', () => {
    expect(shareAddress(true, [wlan, wlan6, lo])).toBe('192.168.0.7')
    expect(shareAddress(true, [wlan6, lo])).toBe('fd00::7')
    expect(shareAddress('127.0.0.1', [wlan, lo])).toBe('127.0.0.1')
  })

  it('asks when there are several, none, or not the one named', () => {
    expect(() => shareAddress(true, [wlan, eth, lo])).toThrow(
      '--share: choose the network, such as --share 192.168.0.7: 192.168.0.7 (wlan0), 10.0.0.2 (eth0)',
    )
    expect(() => shareAddress(true, [lo])).toThrow('--share 127.0.0.1')
    expect(() => shareAddress('10.0.0.9', [wlan])).toThrow('it has 192.168.0.7 (wlan0)')
  })

  it('prints the code on a screen and nowhere else', () => {
    const state: ShareState = {
      on: true,
      url: 'http://192.168.0.7:8080/',
      code: '01234567',
      codeValidMs: 1,
      viewers: [],
      maxViewers: 60,
    }
    expect(shareLines(state, true)).toContain('code   0123 4567')
    const piped = shareLines(state, false).join('\n')
    expect(piped).toContain('class  http://192.168.0.7:8080/')
    expect(piped).not.toMatch(/0123|4567/)
    expect(shareLines({ on: false }, true)).toEqual([])
  })
})
