import { expect, test } from 'vitest'
import { wholeTerms, withNumbers } from '../../../renderer/ui/whole-terms'

const whole = (text: string): string[] => wholeTerms(text).flatMap((p) => (p.whole ? [p.text] : []))

test('words that browsers would split stay whole, in every language', () => {
  expect(whole('토픽 #(여러 레벨)을 구독합니다')).toEqual(['#(여러', '레벨)을'])
  expect(whole('sensor-1은 사본을 갖고 있습니다.')).toEqual(['sensor-1은'])
  expect(whole('like MQTT-SN, or npm run -s start')).toEqual(['MQTT-SN,', '-s'])
  expect(whole('sensor-1は（QoS 1）PUBLISH #1を送った。')).toEqual(['sensor-1', '#1'])
  expect(whole('발행자(Publisher)는 브로커(Broker)에게 보냅니다 (끝)')).toEqual([
    '발행자(Publisher)는',
    '브로커(Broker)에게',
  ])
  expect(whole('no term here')).toEqual([])
})

test('a name stays with its number', () => {
  expect(withNumbers('QoS 2는 MQTT 5에서, QoS 수준')).toBe('QoS\u00a02는 MQTT\u00a05에서, QoS 수준')
})

test('nothing of the text is lost, and what is too long for a column may be broken', () => {
  for (const text of ['', 'a', '-', 'home/# and $SYS/#', `x-${'y'.repeat(30)} z`, '센서-1, -s 그리고 #'])
    expect(
      wholeTerms(text)
        .map((p) => p.text)
        .join(''),
    ).toBe(text)
  expect(whole(`x-${'y'.repeat(30)} z`)).toEqual([])
})
