import { LatencyHistogram } from '../../base/latency-histogram'

/**
 * Does once what a second of a run ends with. The first time takes 25 ms, most of it for code to be read, in which no
 * answer of a broker is seen: better before the run than in it.
 */
export function rehearse(): void {
  const [one, sum] = [new LatencyHistogram(), new LatencyHistogram()]
  for (let ms = 0.05; ms < 50; ms *= 1.1) one.record(ms)
  one.encode()
  sum.add(one)
  one.reset()
}
