import type { PayloadModel } from './payload'

export const bytes: PayloadModel<'bytes'> = {
  kind: 'bytes',
  create: (config, random) => () => {
    const payload = Buffer.allocUnsafe(config.size)
    for (let i = 0; i < payload.length; i++) payload[i] = Math.floor(random() * 256)
    return payload
  },
}
