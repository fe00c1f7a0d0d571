import type { TextsOf } from '../../i18n/define'
import type { galleryMessages } from './messages'

/** Japanese of the gallery. */
export const galleryJa: TextsOf<typeof galleryMessages> = {
  welcome: {
    title: 'ようこそ: 3 台のデバイスをスローモーションで',
    watch: '2 つのセンサーがパブリッシュし、真ん中のブローカーがメッセージを表示装置に転送します。',
    loss: 'リンクが悪いセンサーのパケットは失われます。× を見てください。QoS 1 では、送信側が待ち、DUP を付けて再送します。',
    look: 'デバイスをクリックするとそのパケットが、ハンドシェイクを開くとメッセージの矢印がすべて見えます。',
    demo: 'デモ全体を開く',
    done: 'わかりました',
  },
  gallery: {
    title: 'シナリオとレッスン',
    scenarios: 'シナリオ',
    lessons: 'レッスン',
    minutes: '{n} 分',
    level: { first: '入門', second: '中級', third: '上級' },
  },
}
