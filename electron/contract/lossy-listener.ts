import { z } from 'zod'
import { outageSchema, realLinkSchema } from './link-config'

/**
 * A port for clients that are not ours. Whoever connects there reaches the broker through a link of its own, in real
 * time; identifiers that do not fit `clients` are joined to the broker without one.
 */
export const lossyListenerSchema = z.strictObject({
  /** 0 lets the system choose. */
  port: z.int().min(0).max(65_535).default(1884),
  host: z.string().min(1).default('127.0.0.1'),
  /** `tls` and `wss` without certificate and key makes a certificate of its own. */
  kind: z.enum(['tcp', 'ws', 'tls', 'wss']).default('tcp'),
  certFile: z.string().optional(),
  keyFile: z.string().optional(),
  /** Client identifiers that the link is for; `*` stands for any text. */
  clients: z.string().min(1).max(256).default('*'),
  link: realLinkSchema.prefault({}),
  /** As a broker that restarts: every connection is closed at that time, and whoever comes meanwhile is turned away. */
  restarts: z.array(outageSchema).max(1000).optional(),
  /** Links of some clients in particular: the first pattern that fits a client's identifier. */
  special: z
    .array(z.strictObject({ clients: z.string().min(1).max(256), link: realLinkSchema }))
    .max(50)
    .optional(),
})
export type LossyListener = z.output<typeof lossyListenerSchema>
export type LossyListenerInput = z.input<typeof lossyListenerSchema>

/** Lossy listeners of one broker. */
export const MAX_LOSSY_LISTENERS = 16
