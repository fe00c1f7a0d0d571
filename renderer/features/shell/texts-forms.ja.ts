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
    phases: '段階',
    phase: '段階',
    loop: '繰り返し',
    addPhase: '段階を追加',
    addLoop: '繰り返しを追加',
    noPhases:
      '段階は、しばらくの間、レート、デバイス数、損失を変えたり、接続を切ったりします。時刻はすべてのデバイスの準備ができたときから数えます。',
    span: '{from} から {to}',
    since: '{from} から',
    unreached: '到達しません',
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
    phases: {
      name: '名前',
      for: '長さ',
      steps: '変更',
      times: '回数',
    },
    loss: {
      p: '損失確率',
      goodToBad: '良から悪へ',
      badToGood: '悪から良へ',
      lossGood: '良のときの損失',
      lossBad: '悪のときの損失',
      rules: '規則',
      steps: '時刻ごと',
    },
    rules: {
      type: 'パケット',
      next: '次の',
      every: '何個ごと',
      nth: 'これらだけ',
    },
    steps: {
      at: '時刻',
      publish: 'デバイスグループ',
      connect: 'デバイスグループ',
      cut: 'グループかデバイス',
      halfOpen: 'グループかデバイス',
      roam: 'グループかデバイス',
      disconnect: 'グループかデバイス',
      withWill: '遺言も発行',
      rate: 'メッセージ/秒',
      of: 'デバイスグループ',
      count: 'デバイス数',
      loss: '損失',
      restart: '停止時間',
      ms: '遅延',
      p: '損失確率',
    },
  },
  /** Kinds of value of a field that takes several. */
  variant: {
    number: '数値',
    text: '文字列',
    switch: 'はい/いいえ',
    times: {
      number: '回数',
      unlimited: '無制限',
    },
    loss: {
      none: 'なし',
      independent: '独立',
      'gilbert-elliott': 'バースト',
      rule: '規則',
      schedule: '時刻ごと',
    },
    steps: {
      publish: '発行を開始',
      connect: '接続',
      cut: '接続を切断',
      halfOpen: '半開',
      roam: 'ネットワーク移動',
      disconnect: 'DISCONNECT を送る',
      rate: 'レート',
      count: 'デバイス数',
      loss: '損失',
      restart: 'ブローカー再起動',
    },
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
