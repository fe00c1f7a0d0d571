import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { loadSchema } from '../../electron/contract/load-config'
import { manifestSchema } from './kubernetes-schema'

const folder = join(import.meta.dirname, '../../deploy/kubernetes')
type Manifest = { kind: string } & Record<string, unknown>

const documents = (file: string): Manifest[] =>
  parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((d) => d.toJS() as Manifest)

const validate = (m: Manifest): void => void manifestSchema.parse(m)

const files = readdirSync(folder).filter((f) => f.endsWith('.yaml'))
const all = files.flatMap(documents)
const job = (name: string) => {
  const found = all.find((m) => m.kind === 'Job' && (m['metadata'] as { name: string }).name === name)
  return found!['spec'] as {
    completions?: number
    parallelism?: number
    completionMode?: string
    template: {
      spec: {
        containers: {
          args: string[]
          envFrom?: { configMapRef: { name: string } }[]
          volumeMounts: { name: string; mountPath: string }[]
        }[]
        volumes: {
          name: string
          configMap?: { name: string }
          persistentVolumeClaim?: { claimName: string }
        }[]
      }
    }
  }
}
const data = (name: string) =>
  all.find((m) => m.kind === 'ConfigMap' && (m['metadata'] as { name: string }).name === name)![
    'data'
  ] as Record<string, string>

describe('manifests', () => {
  it.each(files)('%s follows the Kubernetes schema', (file) => {
    const found = documents(file)
    expect(found.length).toBeGreaterThan(0)
    for (const m of found) {
      expect(() => {
        validate(m)
      }).not.toThrow()
    }
  })

  it.each<[string, unknown]>([
    ['completions', 'four'],
    ['completionMode', 'indexed'],
    ['restartPolicy', 'Never'],
  ])('the check refuses what Kubernetes would refuse: %s %s of a job', (field, value) => {
    const broken = structuredClone(all.find((m) => m.kind === 'Job')!)
    ;(broken['spec'] as Record<string, unknown>)[field] = value
    expect(() => {
      validate(broken)
    }).toThrow(new RegExp(field))
  })

  it('the job has as many shards as the configuration says, and the merge reads each of them', () => {
    const load = job('fleetlab-load')
    const count = Number(data('fleetlab-load')['FLEETLAB_SHARD_COUNT'])
    expect([load.completions, load.parallelism, load.completionMode]).toEqual([count, count, 'Indexed'])
    const args = load.template.spec.containers[0]!.args
    const output = args[args.indexOf('--json') + 1]!
    const merged = job('fleetlab-merge').template.spec.containers[0]!.args
    for (let i = 0; i < count; i++) expect(merged).toContain(output.replace('{shard}', String(i)))
    expect(merged.filter((a) => /shard-\d+\.json$/.test(a))).toHaveLength(count)
  })

  it('everything a job mounts or refers to is there', () => {
    const names = new Set(all.map((m) => `${m.kind}/${(m['metadata'] as { name: string }).name}`))
    for (const name of ['fleetlab-load', 'fleetlab-merge']) {
      const { containers, volumes } = job(name).template.spec
      for (const c of containers) {
        for (const mount of c.volumeMounts) expect(volumes.map((v) => v.name)).toContain(mount.name)
        for (const e of c.envFrom ?? []) expect(names).toContain(`ConfigMap/${e.configMapRef.name}`)
      }
      for (const v of volumes) {
        if (v.configMap) expect(names).toContain(`ConfigMap/${v.configMap.name}`)
        if (v.persistentVolumeClaim)
          expect(names).toContain(`PersistentVolumeClaim/${v.persistentVolumeClaim.claimName}`)
      }
    }
  })

  it('the configuration it mounts is one that fleetlab load takes', () => {
    const config = loadSchema.parse(parse(data('fleetlab-scenario')['load.yaml']!))
    expect(config.publishers).toBe(40_000)
  })
})
