import { normal } from '../../../base/random'
import { round, type PayloadModel } from './payload'

/** A sine over clock time, with normal noise of the given standard deviation. */
export const sine: PayloadModel<'sine'> = {
  kind: 'sine',
  create: (config, random) => (message) => {
    const wave = config.amplitude * Math.sin((2 * Math.PI * message.atMs) / Math.max(1, config.period))
    return { [config.field]: round(config.mean + wave + config.noise * normal(random)), n: message.sequence }
  },
}
