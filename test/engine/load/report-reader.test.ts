import { expect, it } from 'vitest'
import { fellBehind } from '../../../electron/contract/load-behind'
import { headlines } from '../../../electron/contract/load-headlines'
import { chartsOf, wholeSteps } from '../../../electron/engine/load/report/html-charts'
import { accountLines, summaryLine, verdictLine } from '../../../electron/engine/load/report/text'
import { readLine } from '../../../renderer/features/load/engine-lines'
import { loadReportDouble, NOTHING, pointDouble } from '../../helpers/load-report-double'

it('draws whole steps only: neither the one cut short by the end nor the last answers look like a collapse', () => {
  const points = [
    ...Array.from({ length: 10 }, (_, i) => pointDouble(i)),
    pointDouble(10, { acknowledged: 0, received: 3 }),
  ]
  const r = loadReportDouble({ duration: '9.5s' }, { series: points, elapsedMs: 10_010 })
  const seconds = (id: string): number[] => chartsOf(r).find((c) => c.id === id)?.at ?? []
  expect([seconds('c-rate').length, seconds('c-e2e').at(-1)]).toEqual([9, 8])
  // a broker that answers late is drawn until it has answered
  const late = [...points, pointDouble(11), pointDouble(12)]
  const slow = loadReportDouble({ duration: '9.5s' }, { series: late })
  expect(
    wholeSteps(slow)
      .map((p) => p.atMs)
      .slice(-2),
  ).toEqual([11_000, 12_000])
  expect(chartsOf(r)[0]).toMatchObject({ id: 'c-percentiles', log: true, names: ['end to end'] })
})

it('says how long the broker was away', () => {
  const series = [5, 5, 0, 0, 0, 5, 0].map((connected, i) => pointDouble(i, { connected }))
  const away = loadReportDouble({}, { series })
  const connections = { ...away.connections, reconnected: 22 }
  expect(headlines({ ...away, connections })).toEqual([
    'the broker was away for about 3 s; 22 clients reconnected',
  ])
  expect(headlines(loadReportDouble())).toEqual([])
})

it('says from when on the offered rate was not met, and how the delay grew', () => {
  const executor = { kind: 'constant-rate' as const, rate: 100 }
  const run = (acknowledged: number[], over: object = {}) =>
    loadReportDouble(
      { executor, qos: 1, ...over },
      { series: acknowledged.map((a, i) => pointDouble(i, { offered: 100, acknowledged: a })) },
    )
  const slow = run([100, 100, 100, 80, 80, 80, 80, 80, 80, 80])
  // 20 a second stay behind: half a second of messages waits from second 5 on, and 1.4 s of them at the end
  expect(fellBehind(slow)).toEqual({
    fromMs: 5000,
    msPerSecond: 200,
    endMs: 1400,
    offeredRate: 100,
    answeredRate: 80,
  })
  expect(headlines(slow)).toEqual([
    'the offered rate was not met: from second 5 on 80 of 100 messages per second got through, and each second a message had to wait 200 ms longer, up to 1,400 ms',
  ])
  // an answer of the last second comes in the next; a pause that is caught up with; no fixed times
  expect(fellBehind(run([90, 100, 100, 100, 100, 100]))).toBeNull()
  expect(fellBehind(run([100, 0, 0, 0, 250, 150, 100, 100]))).toBeNull()
  expect(fellBehind(run([80, 60, 40, 20, 0, 0], { executor: { kind: 'max' } }))).toBeNull()
})

it('adds up where a broker hung: what never arrived is what was lost and what is in flight', () => {
  const silent = { ...NOTHING, count: 320, unanswered: 305 }
  const counts = { offered: 320, acknowledged: 15, inFlight: 305, received: 15, expected: 15 }
  const hung = { ...counts, ackMs: silent, endToEndMs: silent }
  const r = loadReportDouble({ qos: 2, thresholds: { maxLost: 0, maxFailed: 0 } }, hung)
  expect(headlines(r)).toEqual([
    '305 of the 320 messages in the acknowledgement latencies were in flight at the end; each counts with its age then',
    '305 of the 320 messages in the end-to-end latencies never arrived: 0 lost, 305 in flight; each counts with its age at the end',
  ])
  expect(accountLines(r)).toEqual([
    'offered 320 = acknowledged 15 + failed 0 + in flight at the end 305',
    'received 15 = expected 15 - lost 0 + duplicated 0',
  ])
  // at QoS 0 what was sent is expected, and all that never arrived is lost
  const sent = { ...hung, ackMs: NOTHING, acknowledged: 320, inFlight: 0, expected: 320, lost: 305 }
  expect(headlines(loadReportDouble({ qos: 0 }, sent))[0]).toContain('never arrived: 305 lost, 0 in flight;')
  // the latencies leave the warm-up out and the sums do not
  const warm = loadReportDouble({ qos: 2, warmup: '1s' }, hung)
  expect(headlines(warm)[1]).toContain('latencies never arrived; each')
  const several = loadReportDouble({ qos: 2, topology: 'fan-out', publishers: 1, subscribers: 10 }, hung)
  expect(headlines(several)[2]).toBe(
    'in the end-to-end latencies a message counts once for each of its receivers',
  )
  expect(readLine(headlines(several)[2] ?? '')).toMatchObject({ key: 'eachReceiver' })
  const checks = ['max-lost', 'sensors: lost==0', 'max-failed'].map((name) => ({
    name,
    limit: 0,
    actual: 305,
    passed: false,
  }))
  expect(verdictLine({ ...r, verdict: { ...r.verdict, passed: false, checks } })).toBe(
    'failed: max-lost 0, measured 305 that never arrived; sensors: lost==0, measured 305 that never arrived; max-failed 0, measured 305 failed or in flight',
  )
  // an aborted run names what failed as well
  expect(
    verdictLine({ ...r, aborted: 'gone', verdict: { ...r.verdict, passed: false, checks: checks.slice(2) } }),
  ).toBe('aborted: gone; thresholds that failed: max-failed 0, measured 305 failed or in flight')
  expect(verdictLine({ ...r, aborted: 'gone', verdict: { ...r.verdict, checks: [] } })).toBe('aborted: gone')
  // in reports of earlier versions lost counts the warm-up and what never arrived does not, so that the larger of both is not all
  expect(verdictLine({ ...warm, verdict: { ...r.verdict, passed: false, checks } })).toContain(
    'failed: max-lost 0, measured 305; sensors: lost==0, measured 305; max-failed',
  )
})

it('tells lost from in flight with a warm-up, too', () => {
  const silent = { ...NOTHING, count: 200, unanswered: 105 }
  const never = { inFlight: 205, timed: { lost: 5, inFlight: 100 } }
  const counts = { offered: 320, acknowledged: 115, inFlight: 205, received: 105, expected: 115, lost: 10 }
  const r = loadReportDouble(
    { qos: 2, warmup: '1s' },
    { ...counts, ackMs: NOTHING, endToEndMs: silent, neverArrived: never },
  )
  expect(headlines(r)).toEqual([
    '105 of the 200 messages in the end-to-end latencies never arrived: 5 lost, 100 in flight; each counts with its age at the end',
  ])
  expect(readLine(headlines(r)[0] ?? '')).toMatchObject({
    key: 'neverArrived',
    values: { lost: '5', rest: '100' },
  })
  // the sentence is of the whole run, as the sums are
  expect(summaryLine(r)).toContain(', 215 messages never arrived.')
  expect(accountLines(r)).toEqual([
    'offered 320 = acknowledged 115 + failed 0 + in flight at the end 205',
    'received 105 = expected 115 - lost 10 + duplicated 0',
  ])
  const checks = [{ name: 'max-lost', limit: 0, actual: 215, passed: false }]
  expect(verdictLine({ ...r, verdict: { ...r.verdict, passed: false, checks } })).toBe(
    'failed: max-lost 0, measured 215 that never arrived',
  )
})

it('says the run in a sentence and in sums that come out even', () => {
  const r = loadReportDouble({ qos: 1 }, { received: 1005, duplicated: 4, lost: 2, expected: 1000 })
  expect(summaryLine(r)).toBe(
    '100 messages per second at QoS 1, 10 publishers and 1 subscriber; 99% within 12.0 ms end to end, 2 messages lost.',
  )
  expect(accountLines(r)).toEqual([
    'offered 1,000 = acknowledged 1,000 + failed 0 + in flight at the end 0',
    'received 1,005 = expected 1,000 - lost 2 + duplicated 4 + arrived without acknowledgement 3',
  ])
})
