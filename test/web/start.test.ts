import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findElectron, noDisplayReason } from '../../scripts/electron-runtime.mjs'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetlab-runtime-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('finding an Electron runtime', () => {
  it('takes one that is named, if it can be executed', () => {
    const path = join(folder, 'electron')
    writeFileSync(path, '')
    const named = { ELECTRON_OVERRIDE_DIST_PATH: folder }
    expect(findElectron(named)).toEqual({
      path: null,
      why: `the Electron runtime cannot be executed: ${path}`,
    })
    chmodSync(path, 0o755)
    expect(findElectron(named)).toEqual({ path, why: '' })
    expect(findElectron({ ELECTRON_EXEC_PATH: path })).toEqual({ path, why: '' })
  })

  it('needs a display on Linux alone', () => {
    expect(noDisplayReason({}, 'linux')).toBe('there is no display')
    expect(noDisplayReason({ DISPLAY: ':0' }, 'linux')).toBe(null)
    expect(noDisplayReason({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(null)
    expect(noDisplayReason({}, 'darwin')).toBe(null)
    expect(noDisplayReason({}, 'win32')).toBe(null)
  })
})
