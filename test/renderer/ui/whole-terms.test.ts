import { expect, test } from 'vitest'
import { wholeTerms } from '../../../renderer/ui/whole-terms'

const whole = (text: string): string[] => wholeTerms(text).flatMap((p) => (p.whole ? [p.text] : []))

test('words that browsers would split stay whole, in every language', () => {
  expect(whole('토픽 #(여러 레벨)을 구독합니다')).toEqual(['#(여러'])
  expect(whole('sensor-1은 사본을 갖고 있습니다.')).toEqual(['sensor-1은'])
  expect(whole('like MQTT-SN, or npm run -s start')).toEqual(['MQTT-SN,', '-s'])
  expect(whole('sensor-1は（QoS 1）PUBLISH #1を送った。')).toEqual(['sensor-1', '#1'])
  expect(whole('no term here')).toEqual([])
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
