import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { BRIDGE } from '../../electron/contract/bridge'
import { pageHeaders } from '../../electron/contract/page-policy'

const root = join(import.meta.dirname, '../..')
const sources = ['electron', 'renderer'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((n) => /\.(ts|vue|html)$/.test(n))
    .map((n) => ({ name: join(folder, n), text: readFileSync(join(root, folder, n), 'utf8') })),
)
const using = (pattern: RegExp): string[] => sources.filter((s) => pattern.test(s.text)).map((s) => s.name)

it('reads the sources it speaks of', () => {
  expect(sources.length).toBeGreaterThan(300)
  expect(using(/webPreferences/)).toEqual(['electron/shell/window.ts'])
})

it('turns nothing on that Electron advises against', () => {
  expect(
    using(/allowRunningInsecureContent|experimentalFeatures|enableBlinkFeatures|disableBlinkFeatures/),
  ).toEqual([])
  expect(
    using(/nodeIntegration(InWorker|InSubFrames)?: true|contextIsolation: false|sandbox: false/),
  ).toEqual([])
})

it('opens nothing outside, and runs no text as code', () => {
  expect(using(/shell\.openPath|executeJavaScript|insertCSS/)).toEqual([])
  // The page of a newer version, below the program's own releases.
  expect(using(/openExternal/)).toEqual(['electron/shell/updates.ts'])
  // The one that does copies a drawing of our own from the page into a picture of it.
  expect(using(/\beval\(|new Function\(|v-html|innerHTML/)).toEqual([
    'renderer/features/handshakes/export-image.ts',
  ])
})

it('takes messages of the page on the channels of the bridge alone', () => {
  const channels = sources.flatMap((s) => [...s.text.matchAll(/ipcMain\.\w+\(([^,]+),/g)].map((m) => m[1]))
  expect(channels.sort()).toEqual(['BRIDGE.connect', 'BRIDGE.dropped'])
  expect(using(/ipcRenderer\.(invoke|sendSync)|ipcMain\.handle/)).toEqual([])
})

it('sends a policy without a hole', () => {
  const policy = pageHeaders()['content-security-policy'] ?? ''
  expect(policy).toContain("script-src 'self';")
  expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|\*|https?:/)
  for (const rule of ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'none'"])
    expect(policy).toContain(rule)
  expect(BRIDGE.origin).toBe('app://fleetlab')
})

it('sets every fuse that closes something', () => {
  const config = readFileSync(join(root, 'electron-builder.yml'), 'utf8')
  for (const off of [
    'runAsNode',
    'enableNodeOptionsEnvironmentVariable',
    'enableNodeCliInspectArguments',
    'grantFileProtocolExtraPrivileges',
  ])
    expect(config).toContain(`  ${off}: false\n`)
  for (const on of ['enableEmbeddedAsarIntegrityValidation', 'onlyLoadAppFromAsar'])
    expect(config).toContain(`  ${on}: true\n`)
})
