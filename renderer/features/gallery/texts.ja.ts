import type { TextsOf } from '../../i18n/define'
import type { galleryMessages } from './messages'

/** Japanese of the gallery. */
export const galleryJa: TextsOf<typeof galleryMessages> = {
  welcome: {
    title: 'ようこそ: 3 台のデバイスをスローモーションで',
    watch: '2 つのセンサーがパブリッシュし、真ん中のブローカーがメッセージを表示装置に転送します。',
    loss: 'sensor-2 のリンクはパケットを失います。× を見てください。QoS 1 では、送信側が待ち、DUP を付けて再送します。',
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
    example: {
      'first-steps': {
        name: '3 台のデバイス',
        shows:
          '2 つのセンサーが 1 つの表示装置に QoS 1 でパブリッシュします。2 つ目のリンクはパケットを失います。',
      },
      demo: {
        name: '小さな家',
        shows: 'QoS 0、1、2 の 6 つのグループが、パケットを失う無線と TCP のリンクで通信します。',
      },
      'classroom-qos': {
        name: '3 つの QoS を比べる',
        shows:
          '同じ悪い無線の上の 3 つの QoS です。QoS 0 はメッセージを失い、QoS 1 は重複し、QoS 2 はどちらもしません。',
      },
      'qos-2-by-hand': {
        name: '手で進める QoS 2',
        shows:
          'センサー 1 つと表示装置 1 つが QoS 2 でゆっくり通信します。ステップモードでパケットを 1 つずつ決められます。',
      },
      'common-topic': {
        name: '自分のクライアントと',
        shows: 'トピック common のパブリッシャーとサブスクライバーです。自分のクライアントも加われます。',
      },
      'answering-lamps': {
        name: '応答するランプ',
        shows: 'スイッチが指示を送り、それぞれのランプが少し後に新しい状態で応答します。',
      },
      'smart-home': {
        name: 'スマートホーム',
        shows: '部屋、水漏れ警報、電話、そして接続がときどき切れるサーモスタットです。',
      },
      'rush-hour': {
        name: 'ラッシュアワー',
        shows: '静かな時間、2 回の混雑と悪いネットワーク、ブローカーの再起動を 2 分で見ます。',
      },
      'factory-200': {
        name: '工場のライン',
        shows: '1 つのブローカーに 200 台。190 台の機械と計器が送り、10 台の端末が受け取ります。',
      },
    },
  },
}
