import type { ExperimentConfig, ExperimentCurve } from '../../../contract/experiment'
import { theoryOf } from './theory'

/** Steps of a curve between no loss and the largest. */
const STEPS = 60

/** The expectations as curves over the whole range of loss, one for each QoS level. */
export function curvesOf(config: ExperimentConfig): ExperimentCurve[] {
  const last = Math.max(...config.loss)
  const loss = last === 0 ? [0] : Array.from({ length: STEPS + 1 }, (_, i) => (last * i) / STEPS)
  return config.qos.map((qos) => {
    const all = loss.map((p) => theoryOf({ ...config, messages: 1, publishers: 1 }, qos, p).expectation)
    return {
      qos,
      loss,
      values: {
        deliveryRatio: all.map((e) => e.deliveryRatio),
        duplicatesPerMessage: all.map((e) => e.duplicatesPerMessage),
        publishPerMessage: all.map((e) => e.publishPerMessage),
        packetsPerMessage: all.map((e) => e.packetsPerMessage),
      },
    }
  })
}
