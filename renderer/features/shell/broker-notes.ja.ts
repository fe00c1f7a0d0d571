import type { SameKeys } from '../../i18n/define'
import type { brokerNotes } from './broker-notes'

/** Lines of the broker in Japanese. */
export const brokerNotesJa: SameKeys<typeof brokerNotes.en> = {
  'broker-fault': '{what}',
  'broker-rule': '{who}: MQTT の規則に反したため切断しました: {what}',
  'broker-bad-login': '{who}: ユーザー名かパスワードが違います',
  'broker-login-needed': '{who}: ユーザー名が必要です',
  'broker-denied-publish': '{who}: {topic} へのパブリッシュは許可されていません',
  'broker-denied-subscribe': '{who}: {filter} のサブスクライブは許可されていません',
  'broker-too-many-levels':
    '{who}: {text} は {limit} 階層を超えています（シナリオの broker.limits.topicLevels）',
  'broker-subscriptions-full':
    '{who}: 上限に達したため、このクライアントのサブスクリプションを拒否します（シナリオの broker.limits.{limit}）',
  'broker-denied-will': '{who}: {topic} への遺言メッセージは許可されていません',
  'broker-denied-bridge':
    '{who}: ブリッジは {topic} に書き込めません。ブリッジの設定に `notifications false` を入れてください。',
  'broker-taken-over': '{who} を切断しました: 別の接続がクライアント識別子を引き継ぎました',
  'broker-takeover-loop':
    '2 つのクライアントが同じクライアント識別子 {clientId} を使い、互いに切断し合っています。別々の識別子にしてください。',
  'broker-keep-alive':
    '{who} を切断しました: Keep Alive の 1.5 倍にあたる {seconds} 秒のあいだ何も届きませんでした',
  'broker-broken': '{who}: DISCONNECT なしで接続が終わりました',
  'broker-no-connect':
    '{who}: {seconds} 秒以内に CONNECT が届きませんでした（シナリオの broker.limits.connectTimeout）',
  'broker-browser':
    '{who}: ブラウザーが MQTT のポートに接続しましたが、ここにページはありません。ページのアドレスは fleetlab serve が表示します。デスクトップのウィンドウでも開けます',
  'broker-answer-too-large': '{who}: 応答がこのクライアントの受け取れる大きさを超えるため、送りませんでした',
  'broker-full-clients':
    '{who}: ブローカーのクライアント数が上限 {limit} に達しています（シナリオの broker.limits.clients）',
  'broker-full-sessions':
    '{who}: ブローカーのセッション数が上限 {limit} に達しています（シナリオの broker.limits.sessions）',
  'broker-full-session-bytes':
    '{who}: ブローカーのセッション {count} 件がバイト数を占めており、新しいセッションを保存する余地がありません（シナリオの broker.limits.sessionBytes。接続が終わっても残るセッションが使えるのはその 4 分の 3 までです）',
  'broker-full-wills':
    '{who}: ブローカーが保存できる遺言メッセージの上限に達しています（シナリオの broker.limits.willBytes）',
  'broker-quota':
    '{who} を切断しました: ブローカーに上限を超えて保存させています（シナリオの broker.limits.{limit}）',
  'broker-queue-full':
    '{who}: 待ち行列がいっぱいなので、このクライアントへのメッセージを捨てています（シナリオの broker.limits.{limit}）',
  'broker-not-read':
    '{who}: クライアントが読まないので、このクライアントへのメッセージを捨てています（シナリオの broker.limits.{limit}）',
  'broker-too-large':
    '{who}: パケットが Maximum Packet Size を超えるので、このクライアントへのメッセージを捨てています',
  'broker-limit-address':
    '{address} からの接続を拒否します: 上限は毎秒 {limit} 接続です（シナリオの broker.limits.connectionsPerAddress）。',
  'broker-limit-rate':
    '接続を拒否します: 上限は毎秒 {limit} 接続です（シナリオの broker.limits.connectionsPerSecond）。',
  'broker-retained-full':
    '上限に達したため、新しい保持メッセージは保存しません（シナリオの broker.limits.{limit}）。',
  'broker-listener': 'リスナー {url}: {why}',
  'broker-not-passed-on': '{topic} のメッセージを転送できませんでした: {why}',
}
