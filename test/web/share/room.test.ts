import { beforeEach, describe, expect, it } from 'vitest'
import { Room, roomLimits, type Connection, type JoinOutcome } from '../../../electron/web/share/room'

const HOUR = 3_600_000
const limits = { ...roomLimits, maxViewers: 3 }

let now = 0
let codes: string[] = []
let changes = 0
let room: Room
beforeEach(() => {
  now = 0
  changes = 0
  codes = ['11111111', '22222222', '33333333']
  let tokens = 0
  room = new Room({
    now: () => now,
    secrets: { code: () => codes.shift() ?? '99999999', token: () => `token-${++tokens}` },
    limits,
    onChange: () => changes++,
  })
})

const join = (name: string, a: { code?: string; address?: string; former?: string } = {}): JoinOutcome =>
  room.join({ code: '11111111', address: '10.0.0.1', ...a, name })
const reason = (outcome: JoinOutcome): string => (outcome.joined ? 'joined' : outcome.reason)
function token(outcome: JoinOutcome): string {
  if (!outcome.joined) throw new Error(outcome.reason)
  return outcome.token
}
const recorder = (): Connection & { ended: number; changed: number } => {
  const r = {
    ended: 0,
    changed: 0,
    end: () => {
      r.ended++
    },
    controlsChanged: () => {
      r.changed++
    },
  }
  return r
}
const names = (): string[] => room.viewers().map((v) => v.name)

describe('join code', () => {
  it('lets in whoever has it, however it is spaced, and nobody else', () => {
    expect(reason(join('Mina'))).toBe('joined')
    expect(reason(join('Joon', { code: '1111 1111' }))).toBe('joined')
    expect(reason(join('Eve', { code: '11111112' }))).toBe('wrong-code')
    expect(reason(join('Eve', { code: '' }))).toBe('wrong-code')
    expect(names()).toEqual(['Mina', 'Joon'])
  })

  it('expires after its life; whoever is in stays in', () => {
    const mina = token(join('Mina'))
    room.connect(mina, recorder())
    now = HOUR - 1
    expect(room.joinCode()).toEqual({ code: '11111111', validMs: 1 })
    expect(reason(join('Joon'))).toBe('joined')
    now = HOUR
    expect(room.joinCode().validMs).toBe(0)
    expect(reason(join('Late'))).toBe('expired')
    expect(room.seatOf(mina)).toMatchObject({ name: 'Mina' })
  })

  it('is renewed: the old one lets nobody in, the new one lives as long again', () => {
    const mina = token(join('Mina'))
    room.connect(mina, recorder())
    now = HOUR + 5
    room.renewCode()
    expect(room.joinCode()).toEqual({ code: '22222222', validMs: HOUR })
    expect(reason(join('Joon'))).toBe('wrong-code')
    expect(reason(join('Joon', { code: '22222222' }))).toBe('joined')
    expect(room.seatOf(mina)).not.toBeNull()
  })
})

describe('wrong codes', () => {
  it('are limited for one address, and the limit passes with time', () => {
    for (let i = 0; i < 10; i++) expect(reason(join('Eve', { code: '00000000' }))).toBe('wrong-code')
    expect(join('Eve')).toEqual({ joined: false, reason: 'too-many', retryInMs: 6000 })
    expect(reason(join('Mina', { address: '10.0.0.2' }))).toBe('joined')
    now = 6000
    expect(reason(join('Eve', { code: '00000000' }))).toBe('wrong-code')
    expect(reason(join('Eve'))).toBe('too-many')
  })

  it('are limited over all addresses together', () => {
    for (let i = 0; i < 60; i++)
      expect(reason(join('Eve', { code: '0', address: `10.0.1.${i}` }))).toBe('wrong-code')
    expect(join('Mina', { address: '10.0.0.9' })).toEqual({
      joined: false,
      reason: 'too-many',
      retryInMs: 1000,
    })
    now = 1000
    expect(reason(join('Mina', { address: '10.0.0.9' }))).toBe('joined')
  })

  it('leave a guesser less than one chance in 20,000 while a code lives', () => {
    let tries = 0
    for (now = 0; now < HOUR; now += 1000) {
      for (let i = 0; i < 3; i++)
        if (reason(join('Eve', { code: '0', address: `a${now}${i}` })) === 'wrong-code') tries++
    }
    expect(tries / 10 ** 8).toBeLessThan(1 / 20_000)
  })

  it('cost nothing to those who type it right', () => {
    for (let i = 0; i < 30; i++) join('Mina', { former: `token-${i}` })
    expect(names()).toEqual(['Mina'])
  })
})

describe('seats', () => {
  it('are bounded; one that is given up is free again', () => {
    for (const name of ['a', 'b', 'c']) expect(reason(join(name))).toBe('joined')
    expect(reason(join('d'))).toBe('full')
    const [first] = room.viewers()
    room.remove(first?.id ?? '')
    expect(reason(join('d'))).toBe('joined')
  })

  it('of those away are kept for two minutes, then given up', () => {
    const mina = token(join('Mina'))
    const leave = room.connect(mina, recorder())
    now = 500_000
    room.sweep()
    expect(room.viewers()).toMatchObject([{ name: 'Mina', connected: true }])
    leave?.()
    expect(room.viewers()).toMatchObject([{ name: 'Mina', connected: false }])
    now += 119_999
    room.sweep()
    expect(room.seatOf(mina)).not.toBeNull()
    now += 1
    room.sweep()
    expect(room.seatOf(mina)).toBeNull()
  })

  it('of one who joins again from the same browser replace the former', () => {
    const first = token(join('Mina'))
    const connection = recorder()
    room.connect(first, connection)
    const second = token(join('Mina', { former: first }))
    expect(connection.ended).toBe(1)
    expect(room.seatOf(first)).toBeNull()
    expect(room.seatOf(second)).toMatchObject({ name: 'Mina' })
    expect(names()).toEqual(['Mina'])
  })

  it('have different names', () => {
    join('Mina')
    join('mina')
    join('ＭＩＮＡ')
    expect(names()).toEqual(['Mina', 'mina (2)', 'ＭＩＮＡ (3)'])
  })

  it('take no more than two browsers each, and none without a token', () => {
    const mina = token(join('Mina'))
    expect(room.connect('guess', recorder())).toBeNull()
    const leave = room.connect(mina, recorder())
    expect(room.connect(mina, recorder())).not.toBeNull()
    expect(room.connect(mina, recorder())).toBeNull()
    leave?.()
    leave?.()
    expect(room.connect(mina, recorder())).not.toBeNull()
    expect(room.connect(mina, recorder())).toBeNull()
  })

  it('end their browsers when removed or when the room closes', () => {
    const [mina, joon] = [recorder(), recorder()]
    room.connect(token(join('Mina')), mina)
    room.connect(token(join('Joon')), joon)
    room.remove('v1')
    expect([mina.ended, joon.ended]).toEqual([1, 0])
    room.close()
    expect([mina.ended, joon.ended]).toEqual([1, 1])
    expect(room.viewers()).toEqual([])
    expect(() => room.remove('v1')).toThrow('left')
  })
})

describe('controls', () => {
  const holder = (): string | undefined => room.viewers().find((v) => v.controls)?.name

  it('are with nobody at first, with one at most, and taken back at once', () => {
    const mina = join('Mina')
    join('Joon')
    const told = recorder()
    room.connect(token(mina), told)
    expect(holder()).toBeUndefined()
    room.handOver('v1')
    expect(holder()).toBe('Mina')
    expect(mina.joined && mina.seat.controls).toBe(true)
    room.handOver('v1')
    expect(told.changed).toBe(1)
    room.handOver('v2')
    expect(holder()).toBe('Joon')
    expect(mina.joined && mina.seat.controls).toBe(false)
    room.takeBack()
    expect(holder()).toBeUndefined()
    expect(told.changed).toBe(2)
  })

  it('go with the seat, also for who still holds on to it', () => {
    const mina = join('Mina')
    room.handOver('v1')
    room.remove('v1')
    expect(mina.joined && mina.seat.controls).toBe(false)
    expect(() => room.handOver('v1')).toThrow('left')
  })

  it('tell the host of every change', () => {
    const before = changes
    join('Mina')
    room.handOver('v1')
    room.takeBack()
    room.remove('v1')
    expect(changes - before).toBe(4)
  })
})
