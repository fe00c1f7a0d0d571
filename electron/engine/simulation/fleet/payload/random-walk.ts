import { round, type PayloadModel } from './payload'

/** Each value differs from the last by up to `step` either way and stays within `min` and `max`. */
export const randomWalk: PayloadModel<'random-walk'> = {
  kind: 'random-walk',
  create(config, random) {
    let value = config.start
    return (message) => {
      value = Math.min(config.max, Math.max(config.min, value + (2 * random() - 1) * config.step))
      return { [config.field]: round(value), n: message.sequence }
    }
  },
}
