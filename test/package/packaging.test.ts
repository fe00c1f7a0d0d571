import { existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { findLeaks, findMissing, findStrangers } from '../../scripts/package-contents.mjs'
import { createCollector, licenceList, licenceText } from '../../scripts/package-licences.mjs'
import type { LicensedPackage } from '../../scripts/package-licences.mjs'
import { shippedBill } from '../../scripts/package-sbom.mjs'

const root = join(import.meta.dirname, '../..')

interface Config {
  [key: string]: unknown
  linux: Record<string, unknown>
  mac: Record<string, unknown>
  win: Record<string, unknown>
}
function config(): Config {
  const text = readFileSync(join(root, 'electron-builder.yml'), 'utf8')
  const parsed: unknown = parse(text)
  return parsed as Config
}

describe('electron-builder.yml', () => {
  const require = createRequire(import.meta.url)
  const { validateConfiguration } = require('app-builder-lib/out/util/config/config') as {
    validateConfiguration: (config: unknown, log: { isEnabled: boolean }) => Promise<void>
  }
  const validate = (c: unknown): Promise<void> => validateConfiguration(c, { isEnabled: false })

  it("follows electron-builder's own schema, which refuses a wrong key and a wrong value", async () => {
    await validate(config())
    await expect(validate({ ...config(), electronFuse: {} })).rejects.toThrow(/electronFuse/)
    await expect(validate({ ...config(), asar: 'yes' })).rejects.toThrow(/asar/)
  })

  it('closes every way into the packed program but its archive', () => {
    expect(config()['electronFuses']).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableCookieEncryption: true,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  it('makes the promised installers, and each icon is there', () => {
    const { linux, mac, win } = config()
    expect(linux['target']).toEqual(['AppImage', 'deb', 'rpm'])
    expect(win['target']).toBe('nsis')
    expect(mac['target']).toEqual([{ target: 'dmg', arch: 'universal' }])
    for (const icon of [mac['icon'], win['icon'], `${String(linux['icon'])}/512x512.png`])
      expect(existsSync(join(root, 'build', String(icon)))).toBe(true)
  })
})

describe('the entry in the menu of Linux', () => {
  const require = createRequire(import.meta.url)
  const { default: AppImageTarget } = require('app-builder-lib/out/targets/appimage/AppImageTarget') as {
    default: new (
      ignored: string,
      packager: unknown,
      helper: unknown,
      folder: string,
    ) => { desktopEntry: { value: Promise<string> } }
  }
  const { LinuxTargetHelper } = require('app-builder-lib/out/targets/LinuxTargetHelper') as {
    LinuxTargetHelper: new (packager: unknown) => object
  }

  /** As electron-builder itself writes it for the AppImage. */
  function entryOf(own: Config): Promise<string> {
    const packager = {
      config: own,
      platformSpecificBuildOptions: own.linux,
      fileAssociations: own.linux['fileAssociations'],
      executableName: own.linux['executableName'],
      appInfo: { productName: own['productName'], buildVersion: '1.0.0', description: 'It' },
      info: { metadata: own['extraMetadata'] },
    }
    return new AppImageTarget('', packager, new LinuxTargetHelper(packager), '').desktopEntry.value
  }

  it('keeps the sandbox on', async () => {
    expect(await entryOf(config())).toMatch(/^Exec=AppRun %U$/m)
    expect(await entryOf({ ...config(), appImage: {} })).toContain('--no-sandbox')
  })

  it('names each kind of file once', async () => {
    const kinds = /^MimeType=(.*);$/m.exec(await entryOf(config()))?.[1]?.split(';') ?? []
    expect(kinds).toHaveLength(2)
    expect(new Set(kinds).size).toBe(2)
  })
})

describe('the archive', () => {
  it('may hold no source, test, source map or package', () => {
    const strangers = [
      'electron/main.ts',
      'out/main/main.js.map',
      'node_modules/ws/index.js',
      'test/architecture.test.ts',
      'out/renderer/assets/App.vue',
      'out/main/deep/er/x.js',
      '.env',
    ]
    const own = ['package.json', 'out/main/chunks/slice-Ab_1-x.js', 'out/renderer/assets/a-B_1.woff2']
    expect(findStrangers([...own, ...strangers])).toEqual(strangers)
  })

  it('is not whole without its page, its worker and the demo', () => {
    expect(findMissing([])).toEqual(
      expect.arrayContaining(['out/renderer/index.html', 'out/main/load-worker.js', 'examples/demo.yaml']),
    )
  })

  it('tells nothing of the machine that built it', () => {
    const texts: Record<string, string> = { a: 'at /home/builder/app/x.ts', b: '/root of all', c: 'no path' }
    const read = (file: string): Buffer => Buffer.from(texts[file] ?? '')
    expect(findLeaks(['a', 'b', 'c'], read, ['/home/builder', '/root'])).toEqual(['a'])
  })
})

describe('licences', () => {
  let folder = ''
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  /** A project whose packages have these licences; resolves to what the collector hands over. */
  const collect = (packages: Record<string, string | undefined>): LicensedPackage[] => {
    folder = mkdtempSync(join(tmpdir(), 'fleetlab-licences-'))
    writeFileSync(join(folder, 'package.json'), '{"name":"own","version":"1.0.0"}')
    let seen: LicensedPackage[] = []
    const collector = createCollector(folder, (found) => {
      seen = found
    })
    for (const [name, license] of Object.entries(packages)) {
      const home = join(folder, 'node_modules', name)
      mkdirSync(home, { recursive: true })
      writeFileSync(join(home, 'package.json'), JSON.stringify({ name, version: '2.0.0', license }))
      if (name !== 'bare') writeFileSync(join(home, 'LICENSE'), `Text of ${name}`)
      collector.scan([join(home, 'index.js')])
    }
    collector.finish()
    return seen
  }

  it('permissive ones are listed with their text', () => {
    const seen = collect({ zeta: 'MIT', alpha: '(GPL-3.0 OR Apache-2.0)', bare: 'ISC' })
    expect(licenceList(seen)).toEqual([
      { name: 'alpha', version: '2.0.0', licence: '(GPL-3.0 OR Apache-2.0)' },
      { name: 'bare', version: '2.0.0', licence: 'ISC' },
      { name: 'zeta', version: '2.0.0', licence: 'MIT' },
    ])
    const text = licenceText(seen, (id) => `standard text of ${id}`)
    for (const part of ['alpha 2.0.0', 'Text of alpha', 'Text of zeta', 'standard text of ISC'])
      expect(text).toContain(part)
  })

  it.each([['GPL-3.0-only'], ['AGPL-3.0'], ['(MIT AND GPL-2.0)'], ['UNLICENSED'], [undefined]])(
    '%s fails the build',
    (licence) => {
      expect(() => collect({ zeta: 'MIT', closed: licence })).toThrow(/closed/)
    },
  )
})

describe('bill of materials', () => {
  const component = (name: string) => ({ 'bom-ref': `${name}@1.0.0`, name, scope: 'optional' })
  const bill = {
    metadata: { component: component('folder') },
    components: ['electron', 'vitest', 'ws', 'zod'].map(component),
    dependencies: [{ ref: 'ws@1.0.0', dependsOn: ['zod@1.0.0', 'vitest@1.0.0'] }],
  }
  const listed = (...names: string[]) => names.map((name) => ({ name, version: '1.0.0' }))

  it('names what is bundled and the runtime, not the tools of the build', () => {
    const shipped = shippedBill(bill, listed('ws', 'zod'), 'mqtt-fleet-lab')
    expect(shipped.components.map((c) => c.name).sort()).toEqual(['electron', 'ws', 'zod'])
    expect(shipped.components.every((c) => c['scope'] === 'required')).toBe(true)
    expect(shipped.metadata.component.name).toBe('mqtt-fleet-lab')
    expect(shipped.dependencies).toContainEqual({ ref: 'ws@1.0.0', dependsOn: ['zod@1.0.0'] })
  })

  it('a bundled package that npm does not know is an error', () => {
    expect(() => shippedBill(bill, listed('mqtt'), 'x')).toThrow(/mqtt@1\.0\.0/)
  })
})
