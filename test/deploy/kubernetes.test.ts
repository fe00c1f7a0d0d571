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
      metadata: { labels: Record<string, string> }
      spec: {
        containers: {
          args: string[]
          envFrom: { configMapRef?: { name: string }; secretRef?: { name: string } }[]
          ports: { containerPort: number }[]
          volumeMounts: { name: string; mountPath: string }[]
        }[]
        volumes: {
          name: string
          configMap?: { name: string }
          persistentVolumeClaim?: { claimName: string }
          secret?: { secretName: string; optional?: boolean }
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

  it('the job has as many shards as the configuration says, and they report to the collector', () => {
    const load = job('fleetlab-load')
    const count = Number(data('fleetlab-load')['FLEETLAB_SHARD_COUNT'])
    expect([load.completions, load.parallelism, load.completionMode]).toEqual([count, count, 'Indexed'])
    const { args } = load.template.spec.containers[0]!
    const url = new URL(args[args.indexOf('--report-to') + 1]!)
    const service = all.find((m) => m.kind === 'Service') as unknown as {
      metadata: { name: string }
      spec: { selector: Record<string, string>; ports: { port: number }[] }
    }
    expect([url.hostname, Number(url.port)]).toEqual([service.metadata.name, service.spec.ports[0]?.port])
    const { template } = job('fleetlab-collector')
    expect(template.metadata.labels).toEqual(service.spec.selector)
    expect(template.spec.containers[0]!.args).toContain(`0.0.0.0:${url.port}`)
    expect(template.spec.containers[0]!.ports.map((p) => p.containerPort)).toEqual(
      service.spec.ports.map((p) => p.port),
    )
  })

  it('everything a job mounts or refers to is there', () => {
    const names = new Set(all.map((m) => `${m.kind}/${(m['metadata'] as { name: string }).name}`))
    for (const name of ['fleetlab-load', 'fleetlab-collector']) {
      const { containers, volumes } = job(name).template.spec
      for (const c of containers) {
        for (const mount of c.volumeMounts) expect(volumes.map((v) => v.name)).toContain(mount.name)
        for (const e of c.envFrom) {
          const ref = e.configMapRef ? `ConfigMap/${e.configMapRef.name}` : `Secret/${e.secretRef?.name}`
          expect(names).toContain(ref)
        }
      }
      for (const v of volumes) {
        if (v.configMap) expect(names).toContain(`ConfigMap/${v.configMap.name}`)
        if (v.persistentVolumeClaim)
          expect(names).toContain(`PersistentVolumeClaim/${v.persistentVolumeClaim.claimName}`)
        if (v.secret) expect(v.secret.optional).toBe(true)
      }
    }
  })

  it('the configuration it mounts is one that fleetlab load takes', () => {
    const config = loadSchema.parse(parse(data('fleetlab-scenario')['load.yaml']!))
    expect(config.publishers).toBe(40_000)
  })
})
