import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { About } from '../contract/workspace'

const licencesSchema = z.array(z.object({ name: z.string(), version: z.string(), licence: z.string() }))

/** Where the build leaves the list of packages and their licences, from the root of the application. */
const LICENCE_LIST = 'out/licences.json'

/** Versions of the program and of what it runs on, and the licences of its parts. */
export async function about(root: string, version: string, versions: NodeJS.ProcessVersions): Promise<About> {
  const runtime = [
    ['Electron', versions['electron']],
    ['Chromium', versions['chrome']],
    ['Node.js', versions.node],
    ['V8', versions.v8],
  ].flatMap(([name, v]) => (name !== undefined && v !== undefined ? [{ name, version: v }] : []))
  return { version, runtime, licence: 'MIT', packages: await packages(join(root, LICENCE_LIST)) }
}

async function packages(path: string): Promise<About['packages']> {
  const text = await readFile(path, 'utf8').catch(() => '[]')
  const byLicence = new Map<string, string[]>()
  for (const p of licencesSchema.parse(JSON.parse(text))) {
    byLicence.set(p.licence, [...(byLicence.get(p.licence) ?? []), `${p.name} ${p.version}`])
  }
  return [...byLicence]
    .map(([licence, names]) => ({ licence, names }))
    .sort((a, b) => a.licence.localeCompare(b.licence))
}
