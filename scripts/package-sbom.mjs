/**
 * The software bill of materials of a release, CycloneDX: of the packages npm knows, those that are bundled or shipped.
 * Usage: node scripts/package-sbom.mjs dist/sbom.cdx.json (after npm run build)
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './build-once.mjs'

/** The runtime lies beside the application, not in its bundles. */
const SHIPPED = ['electron']

/**
 * Keeps of npm's bill what the list of licences names, and the runtime. Throws when a listed package has no entry.
 * @param {object} bill what `npm sbom` prints
 * @param {{ name: string, version: string }[]} listed out/licences.json
 * @param {string} name of the application
 */
export function shippedBill(bill, listed, name) {
  const byRef = new Map(bill.components.map((c) => [c['bom-ref'], c]))
  const refs = new Set(listed.map((p) => `${p.name}@${p.version}`))
  for (const component of bill.components)
    if (SHIPPED.includes(component.name)) refs.add(component['bom-ref'])
  const unknown = [...refs].filter((ref) => !byRef.has(ref))
  if (unknown.length > 0) throw new Error(`not in package-lock.json: ${unknown.join(', ')}; run npm ci`)
  const application = { ...bill.metadata.component, type: 'application', name }
  // To npm they are all tools of the build; here they are what runs.
  const components = [...refs].map((ref) => ({ ...byRef.get(ref), scope: 'required', properties: [] }))
  const edges = bill.dependencies
    .filter((d) => refs.has(d.ref))
    .map((d) => ({ ref: d.ref, dependsOn: d.dependsOn.filter((ref) => refs.has(ref)) }))
  const metadata = { ...bill.metadata, lifecycles: [{ phase: 'build' }], component: application }
  const dependencies = [{ ref: application['bom-ref'], dependsOn: [...refs] }, ...edges]
  return { ...bill, metadata, components, dependencies }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const target = process.argv[2]
  if (target === undefined) {
    console.error('usage: node scripts/package-sbom.mjs FILE')
    process.exit(2)
  }
  const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'))
  const shell = process.platform === 'win32'
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']
  const bill = execFileSync('npm', args, { cwd: root, shell, maxBuffer: 64 * 1024 * 1024 }).toString()
  const shipped = shippedBill(JSON.parse(bill), read('out/licences.json'), read('package.json').name)
  writeFileSync(target, `${JSON.stringify(shipped, null, 2)}\n`)
  console.log(`${target}: ${shipped.components.length} components`)
}
