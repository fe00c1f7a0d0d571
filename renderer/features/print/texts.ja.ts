import type { TextsOf } from '../../i18n/define'
import type { printMessages } from './messages'

/** Japanese of what is printed. */
export const printJa: TextsOf<typeof printMessages> = {
  print: {
    title: 'ワークシートを印刷…',
    hint: 'A4 です。ワークシートでは、この実行の矢印と数が空欄です。解答では埋まっています。',
    what: '印刷するもの',
    both: '両方',
    worksheet: 'ワークシート',
    key: '解答',
    print: '印刷…',
    picture: 'シーケンス図',
    name: '名前',
    class: 'クラス',
    date: '日付',
    task: '番号は、送られるパケット 1 つを表します。もう一方の線まで矢印を引き、その上にパケットの名前を書いてください。パケットが失われるところには ✕ を書きます。それから数を埋めてください。',
    seed: 'シード {n}',
    count: {
      packets: '送ったパケット',
      lost: '失われたパケット',
      copies: 'サブスクライバーが受け取った数',
    },
  },
}
