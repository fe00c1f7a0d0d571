import { describe, expect, it } from 'vitest'
import { checkRole, mayGive, roleOf } from '../../electron/contract/roles'
import { COMMANDS, commands } from '../../electron/contract/commands'

describe('roles', () => {
  it('grant the host everything, others what the table allows and nothing else', () => {
    for (const c of COMMANDS) {
      const { allowed } = commands[c]
      expect(mayGive('host', c)).toBe(true)
      expect(mayGive('driver', c), c).toBe(allowed !== 'host')
      expect(mayGive('viewer', c), c).toBe(allowed === 'viewer')
    }
  })

  it('let nobody but the host change the run unasked', () => {
    const changing = COMMANDS.filter((c) => commands[c].change)
    expect(changing.filter((c) => commands[c].allowed === 'viewer')).toEqual([])
    expect(changing).toEqual(expect.arrayContaining(['control', 'openScenario', 'setGate', 'updateGroup']))
  })

  it('refuse by name', () => {
    expect(() => checkRole('viewer', 'control')).toThrow('viewers are not allowed to use control')
    expect(() => checkRole('driver', 'startLoad')).toThrow('only the host can do it')
    expect(() => checkRole('host', 'startLoad')).not.toThrow()
  })

  it('follow from what the page was told', () => {
    expect(roleOf({ kind: 'web', readOnly: false })).toBe('host')
    expect(roleOf({ kind: 'web', readOnly: true, viewer: 'Mina' })).toBe('viewer')
    expect(roleOf({ kind: 'web', readOnly: false, viewer: 'Mina' })).toBe('driver')
    expect(roleOf({ kind: 'web', readOnly: true })).toBe('viewer')
  })
})
