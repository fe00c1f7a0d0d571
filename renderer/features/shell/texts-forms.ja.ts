import type { SameKeys } from '../../i18n/define'
import type { formsEn } from './messages-forms'

/** Japanese of what the forms that are made from the scenario's schema consist of. */
export const formsJa: SameKeys<typeof formsEn> = {
  forms: {
    kind: '種類',
    nameFirst: '値は次に決めます',
    nameTaken: '{name} はすでにあります',
    moveUp: '上へ移動',
    answersHint:
      "返信と新しい値では、{'{payload}'} は受信した内容、{'{payload.名前}'} はその JSON の項目、{'{topic}'} はそのトピック、{'{state.名前}'} はデバイスが保持する値です。",
  },
  /** A field's name within another, where it is another than its own. */
  within: {
    answers: {
      on: 'トピックフィルター',
      qos: 'フィルターの QoS',
      delay: '遅延',
      set: '新しい値',
      reply: '返信',
    },
    delay: {
      minMs: '最小',
      maxMs: '最大',
      meanMs: '平均',
      deviationMs: '標準偏差',
      steps: '時刻ごと',
    },
    steps: {
      at: '時刻',
      ms: '遅延',
      p: '損失確率',
    },
  },
  /** Kinds of value of a field that takes several. */
  variant: {
    number: '数値',
    text: '文字列',
    switch: 'はい/いいえ',
    set: {
      add: '加算',
    },
    delay: {
      constant: '一定',
      uniform: '一様',
      normal: '正規',
      schedule: '時刻ごと',
    },
  },
}
