import { WITH_WILL, type Happening } from './happening'
import { alias, aliasSaves, awaited, client, duration, id, makesRoom, many, packetName } from './parts'
import { refusalOf, type Teller } from './teller'

const name = (id: string | null): string => id ?? '代理'
const list = (ids: readonly string[]): string =>
  ids.length <= 1 ? (ids[0] ?? '') : `${ids.slice(0, -1).join('、')} 和 ${ids.at(-1)}`
const each = (h: Happening): string => (many(h) ? '都' : '')
const times = (n: number): string => (n > 2 ? `${n} 次` : '两次')
const ordinal = (n: number): string => `第 ${n} 个 PUBLISH`
const numbered: Teller['numbered'] = (nth, from, to) =>
  `${from === null ? `发往 ${name(to)}` : from} 的${ordinal(nth)}`
const packet = (h: Happening): string => (h.nth === null ? packetName(h, '报文') : numbered(h.nth, h.s, h.r))
const seconds = (ms: number): string => duration(ms, ' 秒')

/** Reason codes of MQTT 5.0 table 2-6, in a few words. */
const REFUSALS: Record<number, string> = {
  0x81: '报文格式错误',
  0x82: '协议错误',
  0x83: '代理不接受',
  0x87: '未授权',
  0x8b: '代理正在关闭',
  0x8d: '保活超时',
  0x8e: '客户端标识符被另一个连接接管',
  0x8f: '主题过滤器无效',
  0x90: '主题名无效',
  0x91: '报文标识符已被使用',
  0x93: '超出 Receive Maximum',
  0x94: '主题别名无效',
  0x95: '报文过大',
  0x96: '消息速率过高',
  0x97: '超出配额',
  0x98: '管理操作',
  0x99: '载荷格式无效',
  0x9a: '不支持 RETAIN',
  0x9b: '不支持该 QoS',
}
const reasonCode = (hex: string): string => `原因码 ${hex}`
const refusal = (reason: number): string => refusalOf({ refusals: REFUSALS, reasonCode }, reason)

function fate(h: Happening): string {
  const p = packet(h)
  switch (h.reason) {
    case 'step':
      return `*${p} 被丢弃*`
    case 'cut':
      return h.mark === null ? `*${p} 随连接一起丢失*` : `*${p} 随之丢失*`
    case 'dead':
      return `*${p} 发进了一条已失效的连接而丢失*`
    case 'reset':
      return h.mark === null ? `连接重置时 *${p} 丢失*` : `*${p} 随之丢失*`
    case 'rule':
    case 'model':
    case null:
      return `*${p} 丢失*`
  }
}

function lostPublish(h: Happening): string {
  const r = name(h.r)
  if (h.qos === 0) return `${fate(h)}。在 QoS 0 下没有谁会重发，所以 *${r} 永远收不到它*。`
  if (h.known) return `${fate(h)}。 ${r} 已经有这条消息。`
  const copy = h.session === false ? '' : `， ${name(h.s)} 留有副本`
  return `${fate(h)}。 ${r} 没有收到这条消息${copy}。`
}

function lostPubrel(h: Happening): string {
  const r = name(h.r)
  if (h.known) return `${fate(h)}。 ${r} 仍记着标识符 ${id(h)} 。`
  const waits = h.s === null ? '要等 PUBREL 到达才交给应用程序' : '要等 PUBREL 到达才转发'
  const did = h.s === null ? '早已交出' : '早已转发'
  return `${fate(h)}。 ${r} 已有这条消息，但${waits}。（规范中的方法 A；若用方法 B，此时${did}。）`
}

function lost(h: Happening): string {
  if (h.too && h.qos > 0) return `${fate(h)}，这是又一次。`
  const s = name(h.s)
  switch (h.packet?.type) {
    case 'PUBLISH':
      return lostPublish(h)
    case 'PUBACK':
    case 'PUBREC':
      return `${fate(h)}。 ${s} ${h.copies === 0 ? '拒绝了消息' : '已有消息'}，但 ${name(h.r)} 无从得知。`
    case 'PUBREL':
      return lostPubrel(h)
    case 'PUBCOMP':
      return `${fate(h)}。 ${s} 已经完成，但 ${name(h.r)} 无从得知。`
    default:
      return `${fate(h)}。`
  }
}

const again = (h: Happening): string => `*${h.packet?.dup ? '带 DUP ' : ''}重传了 ${packet(h)}*`

function timerRan(h: Happening): string {
  return `${name(h.s)} 的定时器走了 ${seconds(h.waitMs)} ，没有收到 ${awaited(h)} ，所以 ${name(h.s)} ${again(h)}。有报文被扣留时，定时器暂停。`
}

function stopped(h: Happening): string {
  const had = h.known ? `不过 ${name(h.r)} 已有这条消息` : `*${name(h.r)} 始终没有收到*`
  return h.kind === 'gave-up'
    ? `${h.packet?.type ?? 'PUBLISH'} 发送 ${h.attempts} 次之后， *${name(h.s)} 放弃了*。${had}。`
    : `握手还没有完成， ${client(h)} 的会话就结束了。${had}。`
}

function sent(h: Happening): string {
  const p = h.nth === null || h.s === null ? packet(h) : ordinal(h.nth)
  if (h.qos === 0) return `${name(h.s)} 以 QoS 0 发送 ${p} ： *不等待应答*，也不留副本。`
  const until = h.qos === 1 ? 'PUBACK' : 'PUBREC'
  return `${name(h.s)} 发送 ${p} ，并留有副本， *直到 ${until} 到达*。`
}

function resumed(h: Happening): string {
  const own = h.s !== null
  const then = own ? again(h) : `代理${again(h)}`
  switch (h.session) {
    case true:
      return `${client(h)} 恢复会话重新连接，${then}。`
    case false:
      return `${client(h)} 重新连接， *但代理没有为它保留会话*。尽管如此， ${name(h.s)} 还是${again(h)}。`
    case null:
      return `${client(h)} 重新连接，${then}。`
  }
}

function passedOnAgain(h: Happening): string {
  const r = name(h.r)
  if (h.qos < 2) return `在 QoS ${h.qos} 下， ${r} 再次转发它。`
  const then = h.r === null ? '，因此再次转发' : ''
  return h.session === false
    ? `${r} 没有保留以前的会话： *对它来说 ${packet(h)} 是新消息*${then}。`
    : `${r} 已不再记着标识符 ${id(h)} ： *对它来说 ${packet(h)} 是新消息*${then}。`
}

function takenAgain(h: Happening): string {
  const who = list(h.clients)
  if (h.copies === 0) return `*${who} ${each(h)}又收到这条消息。*`
  return h.known && h.qos === 1
    ? `在 QoS 1 下 ${who} 必须再次接收： *同一条消息${each(h)}收到了${times(h.copies)}*。`
    : `*${who} ${each(h)}收到这条消息${times(h.copies)}*。`
}

function delivered(h: Happening): string {
  if (h.packet?.type === 'PUBREL' && !many(h))
    return `*${packet(h)} 到达*： ${list(h.clients)} 的应用程序收到消息。`
  if (h.apart && !many(h))
    return `*${packet(h)} 到达*： ${list(h.clients)} 收到了消息${h.known ? '，这次只有一次' : ''}。`
  return `*${list(h.clients)} ${each(h)}收到了*${h.known ? '，这次只有一次' : ''}。`
}

function notQueued(h: Happening): string {
  const who = list(h.clients)
  return h.known
    ? `${who} 不在线，而且以 QoS 0 订阅： *代理不为它把消息放入队列*。`
    : `${who} 不在线： *代理此时什么也不发给它*。`
}

function back(who: string, session: boolean | null): string {
  return session === true
    ? `${who} 重新连接： *代理保留了它的会话*。`
    : `${who} *不带会话* 重新连接：代理没有为它保留任何内容。`
}

function ended(h: Happening): string {
  const who = client(h)
  switch (h.mark?.kind) {
    case 'reset':
      return `*${who} 的连接被重置。*`
    case 'recovery':
      return `没有及时收到应答， *${who} 的连接被关闭*，以便重新建立。`
    case 'disconnect':
      return h.mark.detail === WITH_WILL
        ? `*${who} 发送原因码为 0x04 的 DISCONNECT*：它主动结束连接，并要求发布遗嘱消息。`
        : `*${who} 发送 DISCONNECT*：它主动结束连接。`
    case 'dead':
      return `*${who} 的连接已经传不过任何东西*，而 ${who} 和代理都不知道。`
    case 'broken':
      return `*${who} 的连接没有 DISCONNECT 就断开了。*`
    case 'taken-over':
      return `*另一个连接接管了客户端标识符 ${who}*：之前的连接被关闭。`
    case 'timeout':
      return `在 1.5 倍保活时间内 *代理没有收到 ${who} 的任何报文*，于是关闭连接。`
    case 'closed':
      return h.mark.detail === null
        ? `*代理关闭了 ${who} 的连接。*`
        : `*代理关闭了 ${who} 的连接*：${refusal(h.mark.detail)}。`
    default:
      return `*${who} 的连接被切断。*`
  }
}

const arrived = (h: Happening): string => `*${packet(h)} 到达*： ${name(h.r)} `

/** What needs no space beside it: Chinese characters and full-width signs, also where bold text begins or ends. */
const CLOSE = String.raw`[\p{Script=Han}，。：；、（）]`
const SPACES = new RegExp(
  String.raw`(?<=${CLOSE}\*?) (?=\*?${CLOSE})|(?<=[，。：；、（）]\*?) | (?=\*?[，。：；、（）])`,
  'gu',
)

/** Chinese sentences: a space stands between Chinese characters and Latin ones, and nowhere else. */
export const chinese: Teller = {
  finish: (text) => text.replace(SPACES, ''),
  refusals: REFUSALS,
  reasonCode,
  numbered,
  tell: {
    sent,
    lost: (h) => (h.mark === null ? lost(h) : `${ended(h)} ${lost(h)}`),
    held: (h) => `*${packet(h)} 已被扣留*：请放行或丢弃。在此之前定时器暂停。`,
    late: (h) =>
      `${packet(h)} 的 TCP 报文段丢失${h.copies > 1 ? `了${times(h.copies)}` : ''}， *TCP 重传了它*： ${packet(h)} 迟到，但没有丢失。`,
    unarrived: (h) =>
      `${packet(h)} 的 TCP 报文段丢失${h.copies > 1 ? `了${times(h.copies)}` : ''}， *还没有到达*。`,
    behind: (h) => `${packet(h)} 必须等待之前发送的内容： *TCP 保持顺序*。`,
    resent: (h) =>
      h.reason === 'step'
        ? `${seconds(h.waitMs)} 之后， ${name(h.s)} ${again(h)}。`
        : `${name(h.s)} 等待 ${awaited(h)} ${seconds(h.waitMs)} 之后${again(h)}。`,
    'resent-late': (h) => `${seconds(h.waitMs)} 内没有收到 ${awaited(h)} ，所以 ${name(h.s)} ${again(h)}。`,
    'resent-stood-still': timerRan,
    'resent-answered': (h) => `${awaited(h)} 已经到达，但 ${name(h.s)} 还是${again(h)}。`,
    'resent-response': (h) => `PUBREC 再次到达，所以 ${name(h.s)} ${again(h)}。`,
    resumed,
    acknowledged: (h) => `${arrived(h)}知道 ${name(h.s)} 已有消息，删除自己的副本。`,
    received: (h) => `${arrived(h)}知道 ${name(h.s)} 已有消息，发送 PUBREL。`,
    'identifier-freed': (h) =>
      `${arrived(h)}忘记标识符 ${id(h)} 。从现在起，另一个 PUBLISH #${id(h)} 才是新消息。`,
    'handshake-done': (h) => `${arrived(h)}可以再次使用标识符 ${id(h)} 。`,
    'passed-on-again': passedOnAgain,
    'taken-again': takenAgain,
    discarded: (h) => `${name(h.r)} 已经有 #${id(h)} ： *舍弃副本*，并再次应答。`,
    released: (h) =>
      `*${packet(h)} 到达*：直到现在消息才${h.clients.length > 0 ? `交付给 ${list(h.clients)} ` : '得以交付'}。`,
    'released-before': (h) => `${name(h.r)} 已经释放 #${id(h)} ： *只再次发送 PUBCOMP*。`,
    'forgotten-before': (h) => `${name(h.r)} 没有保留以前的会话，不认识 #${id(h)} ： *只发送 PUBCOMP*。`,
    delivered,
    refused: (h) =>
      `*${name(h.r)} 拒绝了 ${packet(h)}*（${refusal(h.packet?.refusal ?? 0)}）${h.r === null ? '，不转发它' : ''}。`,
    'retained-kept': () => 'RETAIN 已设置： *代理保留这条消息*，留给以后的订阅者。',
    'retained-sent': (h) => `${list(h.clients)} 已订阅：代理把 *保留消息* 发给它。`,
    queued: (h) => `${list(h.clients)} ${each(h)}不在线，但代理保留着会话： *把消息放入队列*。`,
    'queue-sent': (h) =>
      h.too
        ? `代理向 ${list(h.clients)} 发送 *等待中的消息*。`
        : `${list(h.clients)} 恢复会话重新连接：代理发送 *等待中的消息*。`,
    'not-queued': notQueued,
    missed: (h) =>
      h.too
        ? `*${list(h.clients)} 永远收不到 ${packet(h)} 的消息*。`
        : `${back(list(h.clients), h.session)} *它永远收不到 ${packet(h)} 的消息*。`,
    'kept-back': (h) =>
      `${list(h.clients)} 一次最多接收 ${h.copies} 条消息（Receive Maximum）：*代理等到 ${makesRoom(h)} 到达才发送 ${packet(h)}*。`,
    'alias-given': (h) =>
      `*${name(h.s)} 给主题定下此连接上的别名 ${alias(h)}*：${packet(h)} 同时带有主题名和别名。`,
    'alias-used': (h) =>
      `*${name(h.s)} 用别名 ${alias(h)} 代替主题名*${aliasSaves(h) ? `：${packet(h)} 因此更短` : `（${packet(h)}）`}。`,
    nobody: (h) => (h.known ? '*代理此时不向任何人发送这条消息。*' : '*代理没有可以发送消息的对象。*'),
    'gave-up': stopped,
    abandoned: stopped,
    once: (h) =>
      `${packet(h)} 结束最后一次握手。${h.known ? '没有重复转发：' : ''} *${list(h.clients)} ${each(h)}恰好收到一次*。`,
    skipped: (h) => `（这里省略了 ${h.copies} 个事件。）`,
    ended,
    back: (h) => back(client(h), h.session),
    will: (h) =>
      `${h.known ? '没有收到 DISCONNECT： ' : ''}*代理发布 ${client(h)} 的遗嘱消息* ，主题为 ${h.mark?.topic ?? ''} 。`,
    'will-withdrawn': (h) =>
      `${client(h)} 在遗嘱延迟时间内${h.session === true ? '恢复会话' : ''}重新连接： *代理撤回它的遗嘱消息*，没有人会收到它。`,
    'no-will': (h) => `DISCONNECT 到达： *代理删除 ${client(h)} 的遗嘱消息*，没有人会收到它。`,
  },
}
