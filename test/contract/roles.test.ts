import { describe, expect, it } from 'vitest'
import { DRIVER_COMMANDS, READ_ONLY_COMMANDS } from '../../electron/contract/api-schemas'
import { checkRole, mayGive, roleOf } from '../../electron/contract/roles'
import { COMMANDS } from '../../electron/contract/rpc'

describe('roles', () => {
  it('grant the host everything, others what is named and nothing else', () => {
    const looking = new Set<string>(READ_ONLY_COMMANDS)
    const driving = new Set<string>([...READ_ONLY_COMMANDS, ...DRIVER_COMMANDS])
    for (const c of COMMANDS) {
      expect(mayGive('host', c)).toBe(true)
      expect(mayGive('viewer', c), c).toBe(looking.has(c))
      expect(mayGive('driver', c), c).toBe(driving.has(c))
    }
    expect(DRIVER_COMMANDS.filter((c) => looking.has(c))).toEqual([])
  })

  it('refuse by name', () => {
    expect(() => checkRole('viewer', 'control')).toThrow('control is not allowed to a viewer')
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
