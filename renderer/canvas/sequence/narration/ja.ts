import { WITH_WILL, type Happening } from './happening'
import { alias, aliasSaves, awaited, client, duration, id, makesRoom, packetName } from './parts'
import { refusalOf, type Teller } from './teller'

const words: Pick<Teller, 'refusals' | 'reasonCode'> = {
  refusals: {
    0x81: '形式の誤ったパケット',
    0x82: 'プロトコルエラー',
    0x83: 'このブローカーは受け付けない',
    0x87: '権限なし',
    0x8b: 'ブローカーの終了',
    0x8d: 'Keep Alive の時間切れ',
    0x8e: '別の接続がクライアント識別子を引き継いだ',
    0x8f: '正しくないトピックフィルター',
    0x90: '正しくないトピック名',
    0x91: '使用中のパケット識別子',
    0x93: 'Receive Maximum の超過',
    0x94: '正しくないトピックエイリアス',
    0x95: '大きすぎるパケット',
    0x96: '多すぎるメッセージ',
    0x97: '割り当ての超過',
    0x98: '管理者の操作',
    0x99: '正しくないペイロードの形式',
    0x9a: 'RETAIN は使えない',
    0x9b: 'この QoS は使えない',
  },
  reasonCode: (hex) => `理由コード ${hex}`,
}
/** Latin names and numbers stand between spaces, Japanese words do not. */
const NEEDLESS = /(?<=[\u3040-\u30ff\u4e00-\u9fff]\*?) (?=\*?[\u3040-\u30ff\u4e00-\u9fff])/g
const refusal = (reason: number): string => refusalOf(words, reason)
const name = (id: string | null): string => id ?? 'ブローカー'
const list = (ids: readonly string[]): string => ids.join('、')
const ordinal = (n: number): string => `${n} 番目の PUBLISH`
const numbered: Teller['numbered'] = (nth, from, to) =>
  `${from === null ? `${name(to)} への` : `${from} の`} ${ordinal(nth)}`
const packet = (h: Happening): string =>
  h.nth === null ? packetName(h, 'パケット') : numbered(h.nth, h.s, h.r)
const seconds = (ms: number): string => duration(ms, ' 秒')

function fate(h: Happening): string {
  const p = packet(h)
  switch (h.reason) {
    case 'step':
      return `*${p} が捨てられました*`
    case 'cut':
      return `${h.mark === null ? '接続が切れて' : 'そのとき'} *${p} が失われました*`
    case 'dead':
      return `もう何も通らない接続に送られた *${p} が失われました*`
    case 'reset':
      return `${h.mark === null ? '接続がリセットされて' : 'そのとき'} *${p} が失われました*`
    case 'rule':
    case 'model':
    case null:
      return `*${p} が失われました*`
  }
}

function lostPublish(h: Happening): string {
  const r = name(h.r)
  if (h.qos === 0) return `${fate(h)}。QoS 0 では誰も再送しないので、*${r} には届かないままです*。`
  if (h.known) return `${fate(h)}。${r} はすでにメッセージを持っています。`
  return h.session === false
    ? `${fate(h)}。${r} はメッセージを受け取っていません。`
    : `${fate(h)}。${r} はメッセージを受け取っていません。${name(h.s)} は写しを残しています。`
}

function lostPubrel(h: Happening): string {
  const r = name(h.r)
  if (h.known) return `${fate(h)}。${r} は識別子 ${id(h)} をまだ覚えています。`
  const waits =
    h.s === null
      ? 'アプリケーションに渡るのは PUBREL が届いてからです'
      : '転送するのは PUBREL が届いてからです'
  const did = h.s === null ? '渡っています' : '転送しています'
  return `${fate(h)}。${r} はメッセージを持っていますが、${waits}。（仕様の方式 A です。方式 B ならすでに${did}。）`
}

function lost(h: Happening): string {
  if (h.too && h.qos > 0) return `${packet(h)} も${h.reason === 'step' ? '捨てられました' : '失われました'}。`
  switch (h.packet?.type) {
    case 'PUBLISH':
      return lostPublish(h)
    case 'PUBACK':
    case 'PUBREC': {
      const did = h.copies === 0 ? '拒否しました' : '受け取りました'
      return `${fate(h)}。${name(h.s)} はメッセージを${did}が、${name(h.r)} にはわかりません。`
    }
    case 'PUBREL':
      return lostPubrel(h)
    case 'PUBCOMP':
      return `${fate(h)}。${name(h.s)} は終えましたが、${name(h.r)} にはわかりません。`
    default:
      return `${fate(h)}。`
  }
}

const again = (h: Happening): string => `*${packet(h)} を${h.packet?.dup ? ' DUP を付けて' : ''}再送しました*`

function timerRan(h: Happening): string {
  return `${name(h.s)} のタイマーが ${seconds(h.waitMs)} 進んでも ${awaited(h)} が届かなかったので、${name(h.s)} は ${again(h)}。パケットの保留中、タイマーは止まります。`
}

function stopped(h: Happening): string {
  const r = name(h.r)
  const had = h.known ? `それでも ${r} はメッセージを持っています。` : `*${r} は受け取れないままでした*。`
  return h.kind === 'gave-up'
    ? `${h.packet?.type ?? 'PUBLISH'} を ${h.attempts} 回送ったあと、*${name(h.s)} はあきらめました*。${had}`
    : `ハンドシェイクが終わる前に ${client(h)} のセッションが終わりました。${had}`
}

function sent(h: Happening): string {
  const own = h.nth === null || h.s === null ? packet(h) : ordinal(h.nth)
  const what = `${name(h.s)} が ${own} を`
  if (h.qos === 0) return `${what} QoS 0 で送りました。*確認応答を待たず*、写しも残しません。`
  const until = h.qos === 1 ? 'PUBACK' : 'PUBREC'
  return `${what}送り、*${until} が届くまで* 写しを残します。`
}

function resumed(h: Happening): string {
  const who = client(h)
  const own = h.s !== null
  switch (h.session) {
    case true:
      return `${who} がセッションを続けて再接続し、${own ? '' : 'ブローカーは '}${again(h)}。`
    case false:
      return `${who} が再接続しましたが、*ブローカーにセッションは残っていませんでした*。それでも ${name(h.s)} は ${again(h)}。`
    case null:
      return `${who} が再接続し、${own ? '' : 'ブローカーは '}${again(h)}。`
  }
}

function passedOnAgain(h: Happening): string {
  const r = name(h.r)
  if (h.qos < 2) return `QoS ${h.qos} なので、${r} はもう一度転送します。`
  const then = h.r === null ? 'なので、もう一度転送します' : 'です'
  return h.session === false
    ? `${r} は前のセッションを残していません。*ブローカーにとって ${packet(h)} は新しいメッセージ*${then}。`
    : `${r} は識別子 ${id(h)} をもう覚えていません。*${packet(h)} は新しいメッセージ*${then}。`
}

function takenAgain(h: Happening): string {
  const who = list(h.clients)
  if (h.copies === 0) return `*${who} は同じメッセージをもう一度受け取ります*。`
  return h.known && h.qos === 1
    ? `QoS 1 なので、${who} はもう一度受け取らなければなりません。*同じメッセージはこれで ${h.copies} 回です*。`
    : `*${who} は同じメッセージを ${h.copies} 回受け取りました*。`
}

function delivered(h: Happening): string {
  if (h.packet?.type === 'PUBREL' && h.clients.length === 1)
    return `*${packet(h)} が届きました*。${list(h.clients)} のアプリケーションがメッセージを受け取ります。`
  if (h.apart && h.clients.length === 1)
    return `*${packet(h)} が届きました*。${list(h.clients)} がメッセージを受け取りました。${h.known ? '今度は 1 回だけです。' : ''}`
  return `*${list(h.clients)} が受け取りました*。${h.known ? '今度は 1 回だけです。' : ''}`
}

function notQueued(h: Happening): string {
  const who = list(h.clients)
  return h.known
    ? `${who} は接続しておらず、QoS 0 でサブスクライブしています。*ブローカーはメッセージを待ち行列に入れません*。`
    : `${who} は接続していません。*ブローカーは今、何も送りません*。`
}

function back(who: string, session: boolean | null): string {
  return session === true
    ? `${who} が再接続しました。*ブローカーにセッションが残っていました*。`
    : `${who} が *セッションなしで* 再接続しました。ブローカーには何も残っていませんでした。`
}

function ended(h: Happening): string {
  const who = client(h)
  switch (h.mark?.kind) {
    case 'reset':
      return `*${who} の接続がリセットされました*。`
    case 'recovery':
      return `時間内に応答が来なかったので、*${who} の接続を閉じました*。すぐに再接続します。`
    case 'disconnect':
      return h.mark.detail === WITH_WILL
        ? `*${who} が理由コード 0x04 の DISCONNECT を送りました*。自分から接続を終え、遺言メッセージの送信を頼んでいます。`
        : `*${who} が DISCONNECT を送り*、自分から接続を終えました。`
    case 'dead':
      return `*${who} の接続にはもう何も通りませんが*、${who} もブローカーもそれを知りません。`
    case 'broken':
      return `*${who} の接続が DISCONNECT なしで終わりました*。`
    case 'taken-over':
      return `*別の接続がクライアント識別子 ${who} を引き継ぎ*、前の接続は閉じられました。`
    case 'timeout':
      return `*Keep Alive の 1.5 倍の時間、${who} から何も届かなかったので*、ブローカーが接続を閉じました。`
    case 'closed':
      return h.mark.detail === null
        ? `*ブローカーが ${who} の接続を閉じました*。`
        : `*ブローカーが ${who} の接続を閉じました*: ${refusal(h.mark.detail)}。`
    default:
      return `*${who} の接続が切れました*。`
  }
}

const arrived = (h: Happening): string => `*${packet(h)} が届きました*。`
const knows = (h: Happening): string =>
  `${arrived(h)}${name(h.r)} は ${name(h.s)} がメッセージを受け取ったと知り、`

/** Japanese sentences; packet names stay in English capitals. */
export const japanese: Teller = {
  ...words,
  numbered,
  finish: (text) => text.replace(NEEDLESS, ''),
  tell: {
    sent,
    lost: (h) => (h.mark === null ? lost(h) : `${ended(h)}${lost(h)}`),
    held: (h) =>
      `*${packet(h)} を保留しています*。配信するか、捨ててください。それまでタイマーは止まっています。`,
    late: (h) =>
      `${packet(h)} の TCP セグメントが${h.copies > 1 ? ` ${h.copies} 回` : ''}失われ、*TCP が再送しました*。遅れましたが、失われてはいません。`,
    unarrived: (h) =>
      `${packet(h)} の TCP セグメントが${h.copies > 1 ? ` ${h.copies} 回` : ''}失われ、*まだ届いていません*。`,
    behind: (h) => `${packet(h)} は先に送られたものを待ちました。*TCP は順序を守ります*。`,
    resent: (h) =>
      h.reason === 'step'
        ? `${seconds(h.waitMs)} 後に ${name(h.s)} は ${again(h)}。`
        : `${name(h.s)} は ${awaited(h)} を ${seconds(h.waitMs)} 待ち、${again(h)}。`,
    'resent-late': (h) =>
      `${seconds(h.waitMs)} 以内に ${awaited(h)} が届かなかったので、${name(h.s)} は ${again(h)}。`,
    'resent-stood-still': timerRan,
    'resent-answered': (h) => `${awaited(h)} は届いていましたが、${name(h.s)} は ${again(h)}。`,
    'resent-response': (h) => `PUBREC がもう一度届いたので、${name(h.s)} は ${again(h)}。`,
    resumed,
    acknowledged: (h) => `${knows(h)}写しを消します。`,
    received: (h) => `${knows(h)}PUBREL を送ります。`,
    'identifier-freed': (h) =>
      `${arrived(h)}${name(h.r)} は識別子 ${id(h)} を忘れます。次の PUBLISH #${id(h)} からは新しいメッセージです。`,
    'handshake-done': (h) => `${arrived(h)}${name(h.r)} は識別子 ${id(h)} をまた使えます。`,
    'passed-on-again': passedOnAgain,
    'taken-again': takenAgain,
    discarded: (h) => `${name(h.r)} は #${id(h)} をすでに持っているので、*写しを捨て*、もう一度応答します。`,
    released: (h) =>
      `${arrived(h)}ここではじめて、メッセージが${h.clients.length > 0 ? ` ${list(h.clients)} に` : ''}転送されます。`,
    'released-before': (h) =>
      `${name(h.r)} は #${id(h)} をもう処理したので、*PUBCOMP だけをもう一度送ります*。`,
    'forgotten-before': (h) =>
      `${name(h.r)} は前のセッションを残していないので、#${id(h)} を知りません。*PUBCOMP だけを送ります*。`,
    delivered,
    refused: (h) =>
      `*${name(h.r)} が ${packet(h)} を拒否しました*（${refusal(h.packet?.refusal ?? 0)}）。${h.r === null ? '転送しません。' : ''}`,
    'retained-kept': () =>
      'RETAIN が設定されているので、*ブローカーがメッセージを保持します*。後でサブスクライブするクライアントのためです。',
    'retained-sent': (h) =>
      `${list(h.clients)} がサブスクライブしたので、ブローカーは *保持メッセージ* を送ります。`,
    queued: (h) =>
      `${list(h.clients)} は接続していませんが、ブローカーにセッションがあります。*メッセージを待ち行列に入れます*。`,
    'queue-sent': (h) =>
      h.too
        ? `ブローカーは ${list(h.clients)} に *待っていたメッセージ* を送ります。`
        : `${list(h.clients)} がセッションを続けて再接続したので、ブローカーは *待っていたメッセージ* を送ります。`,
    'not-queued': notQueued,
    missed: (h) =>
      h.too
        ? `*${list(h.clients)} には ${packet(h)} のメッセージは届かないままです*。`
        : `${back(list(h.clients), h.session)}*${packet(h)} のメッセージは届かないままです*。`,
    'kept-back': (h) =>
      `${list(h.clients)} が一度に受け取るメッセージは ${h.copies} 件までです（Receive Maximum）。*ブローカーは ${makesRoom(h)} が届くまで ${packet(h)} を送らずに待ちました*。`,
    'alias-given': (h) =>
      `*${name(h.s)} はこの接続で使うトピックエイリアス ${alias(h)} を決めます*。${packet(h)} には名前とエイリアスの両方があります。`,
    'alias-used': (h) =>
      `*${name(h.s)} はトピック名の代わりにエイリアス ${alias(h)} を送ります*${aliasSaves(h) ? `。その分 ${packet(h)} は短くなります` : `（${packet(h)}）`}。`,
    nobody: (h) =>
      h.known
        ? '*ブローカーは今、誰にもメッセージを送りません*。'
        : '*ブローカーには、メッセージを送る相手がいません*。',
    'gave-up': stopped,
    abandoned: stopped,
    once: (h) => {
      const end = `${packet(h)} で最後のハンドシェイクが終わりました。`
      const once = `*${list(h.clients)} は正確に 1 回受け取りました*。`
      return h.known ? `${end}2 回転送されたものはありません。${once}` : `${end}${once}`
    },
    skipped: (h) => `（ここで ${h.copies} 件の出来事を省いています。）`,
    ended,
    back: (h) => back(client(h), h.session),
    will: (h) =>
      `${h.known ? 'DISCONNECT が届きませんでした。' : ''}*ブローカーが ${client(h)} の遺言メッセージを送ります*（${h.mark?.topic ?? ''}）。`,
    'will-withdrawn': (h) =>
      `${client(h)} が遺言の遅延時間内に${h.session === true ? 'セッションを続けて' : ''}再接続しました。*ブローカーは遺言メッセージを撤回します*。誰にも届きません。`,
    'no-will': (h) =>
      `DISCONNECT が届きました。*ブローカーは ${client(h)} の遺言メッセージを消します*。誰にも届きません。`,
  },
}
