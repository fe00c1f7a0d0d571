import type { brokerNotes } from './broker-notes'

/** Simplified Chinese of the broker's lines. */
export const brokerNotesZh: Record<keyof typeof brokerNotes.en, string> = {
  'broker-fault': '{what}',
  'broker-rule': '{who}：违反 MQTT 规则：{what}',
  'broker-bad-login': '{who}：用户名或密码错误',
  'broker-login-needed': '{who}：需要用户名',
  'broker-denied-publish': '{who}：不允许向 {topic} 发布',
  'broker-denied-subscribe': '{who}：不允许订阅 {filter}',
  'broker-too-many-levels': '{who}：{text} 的层级超过 {limit} 个（场景的 broker.limits.topicLevels）',
  'broker-subscriptions-full': '{who}：订阅已达上限，拒绝此客户端的订阅（场景的 broker.limits.{limit}）',
  'broker-denied-will': '{who}：不允许在 {topic} 上设置遗嘱消息',
  'broker-denied-bridge': '{who}：桥接不得向 {topic} 写入。请在它的配置中设置 `notifications false`。',
  'broker-taken-over': '{who} 已断开：另一个连接接管了它的客户端标识符',
  'broker-takeover-loop':
    '两个客户端使用同一个客户端标识符 {clientId}，反复使对方断开。请为它们设置不同的标识符。',
  'broker-keep-alive': '{who} 已断开：{seconds} 秒（保活时间的 1.5 倍）内没有收到它的任何报文',
  'broker-broken': '{who}：连接没有 DISCONNECT 就断开了',
  'broker-no-connect': '{who}：{seconds} 秒内没有 CONNECT（场景的 broker.limits.connectTimeout）',
  'broker-browser':
    '{who}：浏览器访问了 MQTT 端口，这里没有页面；页面在 fleetlab serve 输出的地址，或在桌面窗口中',
  'broker-answer-too-large': '{who}：有一个应答没有发送：它超出此客户端可接收的大小',
  'broker-full-clients': '{who}：代理已达到 {limit} 个客户端的上限（场景的 broker.limits.clients）',
  'broker-full-sessions': '{who}：代理已达到 {limit} 个会话的上限（场景的 broker.limits.sessions）',
  'broker-full-session-bytes':
    '{who}：代理的 {count} 个会话占用的字节过多，没有空间再容纳一个会话（场景的 broker.limits.sessionBytes；断开后保留的会话最多占用其中的四分之三）',
  'broker-full-wills': '{who}：代理保存的遗嘱消息已达上限（场景的 broker.limits.willBytes）',
  'broker-quota': '{who} 已断开：它使代理保存的内容超过限额（场景的 broker.limits.{limit}）',
  'broker-queue-full': '{who}：队列已满，发给此客户端的消息被丢弃（场景的 broker.limits.{limit}）',
  'broker-not-read': '{who}：此客户端不读取消息，发给它的消息被丢弃（场景的 broker.limits.{limit}）',
  'broker-too-large': '{who}：报文超过它的 Maximum Packet Size，发给此客户端的消息被丢弃',
  'broker-limit-address':
    '拒绝来自 {address} 的连接：上限为每秒 {limit} 个连接（场景的 broker.limits.connectionsPerAddress）。',
  'broker-limit-rate': '拒绝连接：上限为每秒 {limit} 个连接（场景的 broker.limits.connectionsPerSecond）。',
  'broker-retained-full': '不再保存新的保留消息：已达上限（场景的 broker.limits.{limit}）。',
  'broker-listener': '监听端口 {url}：{why}',
  'broker-not-passed-on': '{topic} 上的一条消息没有转发：{why}',
}
