import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { test, fc } from '@fast-check/vitest'
import { builtInLessons } from '../../../electron/engine/lessons/library'
import { menuTexts } from '../../../electron/shell/menu-texts'
import { narrate, sentenceText } from '../../../renderer/canvas/sequence/narration/narrate'
import { tellerIn } from '../../../renderer/canvas/sequence/narration/tellers'
import { fieldNamesZh } from '../../../renderer/features/handshakes/field-names.zh'
import { joinZh } from '../../../renderer/features/share/join/texts.zh'
import { texts } from '../../../renderer/i18n/languages/zh'
import { Simulation } from '../handshakes/simulate'

/** Texts by their path, of whatever holds them. */
function leaves(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([k, v]) => leaves(v, path === '' ? k : `${path}.${k}`))
}
/** Texts of a lesson, by their path. */
function lessonTexts(value: unknown, path: string): [path: string, text: string][] {
  if (typeof value !== 'object' || value === null) return []
  if ('zh' in value) return leaves(value.zh, path)
  return Object.entries(value).flatMap(([k, v]) => lessonTexts(v, `${path}.${k}`))
}

const examples: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../examples/texts/zh.json'), 'utf8'),
)

const own = leaves(texts)
const all: [string, string][] = [
  ...own,
  ...leaves(joinZh),
  ...leaves(examples),
  ...leaves(fieldNamesZh),
  ...leaves(menuTexts('zh')),
  ...leaves(tellerIn('zh').refusals),
  ...builtInLessons().flatMap((l) => lessonTexts(l, l.id)),
]
const HAN = String.raw`\p{Script=Han}`

describe('Simplified Chinese', () => {
  it('has full-width marks, and a space between Chinese and Latin characters only', () => {
    const odd = new RegExp(
      String.raw`${HAN}[,;:!?](?!\/)|${HAN} ${HAN}|${HAN}[A-Za-z0-9]|[A-Za-z0-9]${HAN}| [，。：；、（）！？]|[，。：；、！？] `,
      'u',
    )
    // "name: value" is what is typed
    const wrong = all.filter(([, text]) => odd.test(text.replace('名称: 值', '')))
    expect(wrong).toEqual([])
  })

  it('has one word for one thing', () => {
    const others =
      /话题|数据包|丢包|经纪|中间件|有效负载|有效载荷|负荷|延迟|重发|遗言|持久消息|断线重连|上传|下载(?!任)|传感器组|心跳|订购|推送/
    expect(all.filter(([key, text]) => others.test(text) && key !== 'app.updatesAskHint')).toEqual([])
    // 主题 is a topic; the look of the page is 外观
    expect(new Map(own).get('settings.theme')).toBe('外观')
  })
})

test.prop([fc.integer({ min: 0, max: 4095 }), fc.constantFrom(0 as const, 1 as const, 2 as const)], {
  numRuns: 60,
})('the narration says in Chinese what it says in English, of the same packets', (mask, qos) => {
  let i = 0
  const sim = new Simulation('at-pubrel')
    .message({ at: 0, qos, lose: () => i < 12 && ((mask >> i++) & 1) === 1 })
    .run()
  const [j] = sim.journeys
  const tell = (lang: 'en' | 'zh') => narrate(j!, sim.exchanges, sim.packets, lang, sim.marks)
  const zh = tell('zh')
  expect(zh.map((s) => [s.kind, s.seq, s.at])).toEqual(tell('en').map((s) => [s.kind, s.seq, s.at]))
  const copies = j!.deliveries[0]!.copies
  const said = zh.map(sentenceText)
  expect(said.join('').includes('恰好收到一次')).toBe(qos === 2 && copies === 1)
  for (const text of said) {
    expect(text).not.toMatch(/\p{Script=Han} \p{Script=Han}| [，。：；]|[，。：；] /u)
    expect(text.replace(/sensor-1|dashboard|PUB[A-Z]+|DUP|QoS| ms|方法 [AB]/g, '')).not.toMatch(/[A-Za-z]/)
  }
})

it('tells of the lost PUBACK', () => {
  const sim = new Simulation().message({
    at: 0,
    qos: 1,
    packetId: 7,
    losses: [{ leg: 'sensor-1', type: 'PUBACK' }],
  })
  sim.run()
  const told = narrate(sim.journeys[0]!, sim.exchanges, sim.packets, 'zh', sim.marks).map(sentenceText)
  expect(told).toEqual([
    'sensor-1 发送 PUBLISH #7，并留有副本，直到 PUBACK 到达。',
    'dashboard 收到了。',
    'PUBACK #7 丢失。代理已有消息，但 sensor-1 无从得知。',
    'sensor-1 等待 PUBACK 1.2 秒之后带 DUP 重传了 PUBLISH #7。',
    '在 QoS 1 下，代理再次转发它。',
    'dashboard 收到这条消息两次。',
  ])
})
