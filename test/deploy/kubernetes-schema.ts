import { z } from 'zod'

/**
 * The part of the Kubernetes API (batch/v1 and core v1) that the manifests use, as strict as the API server: a field that
 * is not listed, a wrong type or a wrong word is refused. Field names and limits are those of its API reference,
 * https://kubernetes.io/docs/reference/kubernetes-api/.
 */
const count = z.int().min(0)
/** RFC 1123 label: the name of an object or container, up to 63 characters. */
const label = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
const labels = z.record(
  z.string().regex(/^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/),
  z.string().regex(/^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/),
)
/** An amount with an optional SI or binary suffix: 500m, 2Gi, '1'. */
const quantity = z.string().regex(/^\d+(\.\d+)?(m|k|[KMGTPE]i?)?$/)
const metadata = z.strictObject({ name: label, labels: labels.optional() })
const resources = z.strictObject({
  requests: z.partialRecord(z.enum(['cpu', 'memory']), quantity).optional(),
  limits: z.partialRecord(z.enum(['cpu', 'memory']), quantity).optional(),
})

const port = z.int().min(1).max(65_535)
/** IANA service name, up to 15 characters. */
const portName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/)

const container = z.strictObject({
  name: label,
  image: z.string().min(1),
  args: z.array(z.string()),
  envFrom: z
    .array(
      z.union([
        z.strictObject({ configMapRef: z.strictObject({ name: label }) }),
        z.strictObject({ secretRef: z.strictObject({ name: label }) }),
      ]),
    )
    .optional(),
  ports: z.array(z.strictObject({ name: portName, containerPort: port })).optional(),
  resources,
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.boolean(),
    readOnlyRootFilesystem: z.boolean(),
    capabilities: z.strictObject({ drop: z.array(z.string()) }),
  }),
  volumeMounts: z.array(
    z.strictObject({ name: label, mountPath: z.string().startsWith('/'), readOnly: z.boolean().optional() }),
  ),
})

const volume = z.union([
  z.strictObject({ name: label, configMap: z.strictObject({ name: label }) }),
  z.strictObject({
    name: label,
    secret: z.strictObject({ secretName: label, optional: z.boolean().optional() }),
  }),
  z.strictObject({ name: label, persistentVolumeClaim: z.strictObject({ claimName: label }) }),
])

const podSpec = z.strictObject({
  /** A pod of a job may not be restarted for ever: Always is refused. */
  restartPolicy: z.enum(['Never', 'OnFailure']),
  automountServiceAccountToken: z.boolean(),
  securityContext: z.strictObject({
    runAsNonRoot: z.boolean(),
    runAsUser: count,
    fsGroup: count,
    seccompProfile: z.strictObject({ type: z.enum(['RuntimeDefault', 'Unconfined']) }),
  }),
  topologySpreadConstraints: z
    .array(
      z.strictObject({
        maxSkew: z.int().min(1),
        topologyKey: z.string().min(1),
        whenUnsatisfiable: z.enum(['DoNotSchedule', 'ScheduleAnyway']),
        labelSelector: z.strictObject({ matchLabels: labels }),
      }),
    )
    .optional(),
  containers: z.array(container).min(1),
  volumes: z.array(volume),
})

const job = z.strictObject({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('Job'),
  metadata,
  spec: z.strictObject({
    completions: count.optional(),
    parallelism: count.optional(),
    completionMode: z.enum(['NonIndexed', 'Indexed']).optional(),
    backoffLimit: count.optional(),
    activeDeadlineSeconds: z.int().min(1).optional(),
    ttlSecondsAfterFinished: count.optional(),
    template: z.strictObject({ metadata: metadata.partial(), spec: podSpec }),
  }),
})

const configMap = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('ConfigMap'),
  metadata,
  data: z.record(z.string().regex(/^[-\w.]{1,253}$/), z.string()),
})

const secret = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Secret'),
  metadata,
  type: z.string(),
  stringData: z.record(z.string().regex(/^[-\w.]{1,253}$/), z.string()),
})

const service = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Service'),
  metadata,
  spec: z.strictObject({
    selector: labels,
    ports: z.array(z.strictObject({ name: portName, port })).min(1),
  }),
})

const claim = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('PersistentVolumeClaim'),
  metadata,
  spec: z.strictObject({
    accessModes: z
      .array(z.enum(['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']))
      .min(1),
    resources: z.strictObject({ requests: z.strictObject({ storage: quantity }) }),
    storageClassName: z.string().optional(),
  }),
})

export const manifestSchema = z.discriminatedUnion('kind', [job, configMap, secret, service, claim])
