import { WITH_WILL, type Happening } from './happening'
import { josa } from './josa'
import { alias, aliasSaves, awaited, client, duration, id, makesRoom, packetName } from './parts'
import { REFUSALS_KO } from './refusals'
import { refusalOf, type Teller } from './teller'

const words: Pick<Teller, 'refusals' | 'reasonCode'> = {
  refusals: REFUSALS_KO,
  reasonCode: (hex) => `이유 코드 ${hex}`,
}
const refusal = (reason: number): string => refusalOf(words, reason)
const name = (id: string | null): string => id ?? '브로커'
const list = (ids: readonly string[]): string => ids.join(', ')
const FIRST = ['첫', '두', '세', '네', '다섯', '여섯', '일곱', '여덟', '아홉', '열']
/** Once is said as a number is: 한 번. */
const times = (n: number): string => (n === 1 ? '한 번' : FIRST[n - 1] ? `${FIRST[n - 1]} 번` : `${n}번`)
const ordinal = (n: number): string => (FIRST[n - 1] ? `${FIRST[n - 1]} 번째` : `${n}번째`)
const numbered: Teller['numbered'] = (nth, from, to) =>
  `${from === null ? `${josa(name(to), '으로/로')} 가는` : `${from}의`} ${ordinal(nth)} PUBLISH`
const packet = (h: Happening): string => (h.nth === null ? packetName(h, '패킷') : numbered(h.nth, h.s, h.r))
const number = (h: Happening): string => `#${id(h)}`
const seconds = (ms: number): string => duration(ms, '초')
const sender = (h: Happening): string => josa(name(h.s), '은/는')
const receiver = (h: Happening): string => josa(name(h.r), '은/는')

function fate(h: Happening): string {
  const p = josa(packet(h), '이/가')
  switch (h.reason) {
    case 'step':
      return `*${josa(packet(h), '을/를')} 버렸습니다*`
    case 'cut':
      return `${h.mark === null ? '연결이 끊기면서' : '이때'} *${p} 손실되었습니다*`
    case 'dead':
      return `이미 죽은 연결로 나간 *${p} 손실되었습니다*`
    case 'reset':
      return `${h.mark === null ? '연결이 초기화되면서' : '이때'} *${p} 손실되었습니다*`
    case 'rule':
    case 'model':
    case null:
      return `*${p} 손실되었습니다*`
  }
}

function lostPublish(h: Happening): string {
  if (h.qos === 0)
    return `${fate(h)}. QoS 0에서는 아무도 다시 보내지 않으므로 *${receiver(h)} 영영 받지 못합니다*.`
  if (h.known) return `${fate(h)}. ${receiver(h)} 이미 메시지를 갖고 있습니다.`
  return h.session === false
    ? `${fate(h)}. ${receiver(h)} 메시지를 받지 못했습니다.`
    : `${fate(h)}. ${receiver(h)} 메시지를 받지 못했고, ${sender(h)} 사본을 갖고 있습니다.`
}

function lostPubrel(h: Happening): string {
  if (h.known) return `${fate(h)}. ${receiver(h)} 식별자 ${josa(id(h), '을/를')} 계속 기억합니다.`
  const waits =
    h.s === null ? '응용 프로그램은 PUBREL이 와야 받습니다' : 'PUBREL이 와야 구독자에게 전달합니다'
  const did = h.s === null ? '받았을 것입니다' : '전달했을 것입니다'
  return `${fate(h)}. ${receiver(h)} 메시지를 갖고 있지만 ${waits}. (명세의 방법 A입니다. 방법 B라면 이미 ${did}.)`
}

function lost(h: Happening): string {
  if (h.too && h.qos > 0)
    return `${josa(packet(h), '이/가')} 이번에도 ${h.reason === 'step' ? '버려졌습니다' : '손실되었습니다'}.`
  switch (h.packet?.type) {
    case 'PUBLISH':
      return lostPublish(h)
    case 'PUBACK':
    case 'PUBREC': {
      const did = h.copies === 0 ? '거부했지만' : '받았지만'
      return `${fate(h)}. ${sender(h)} 메시지를 ${did} ${receiver(h)} 알 수 없습니다.`
    }
    case 'PUBREL':
      return lostPubrel(h)
    case 'PUBCOMP':
      return `${fate(h)}. ${sender(h)} 끝냈지만 ${receiver(h)} 알 수 없습니다.`
    default:
      return `${fate(h)}.`
  }
}

const again = (h: Happening): string =>
  `*${josa(packet(h), '을/를')} ${h.packet?.dup ? 'DUP 표시와 함께 ' : ''}다시 보냈습니다*`

function timerRan(h: Happening): string {
  return `${name(h.s)}의 타이머로 ${seconds(h.waitMs)}가 지나도록 ${josa(awaited(h), '이/가')} 오지 않아 ${josa(name(h.s), '이/가')} ${again(h)}. 패킷이 보류된 동안에는 타이머가 멈춥니다.`
}

function stopped(h: Happening): string {
  const had = h.known
    ? `그래도 ${receiver(h)} 메시지를 갖고 있습니다.`
    : `*${receiver(h)} 끝내 받지 못했습니다*.`
  return h.kind === 'gave-up'
    ? `${josa(h.packet?.type ?? 'PUBLISH', '을/를')} ${times(h.attempts)} 보낸 뒤 *${josa(name(h.s), '이/가')} 포기했습니다*. ${had}`
    : `핸드셰이크가 끝나기 전에 ${client(h)}의 세션이 끝났습니다. ${had}`
}

function sent(h: Happening): string {
  const who = josa(name(h.s), '이/가')
  const own = h.nth === null || h.s === null ? packet(h) : `${ordinal(h.nth)} PUBLISH`
  const what = josa(own, '을/를')
  if (h.qos === 0)
    return `${who} QoS 0으로 ${what} 보냈습니다. *응답을 기다리지 않고* 사본도 남기지 않습니다.`
  const until = h.qos === 1 ? 'PUBACK이' : 'PUBREC이'
  return `${who} ${what} 보내고 *${until} 올 때까지* 사본을 갖고 있습니다.`
}

function resumed(h: Happening): string {
  const who = josa(client(h), '이/가')
  const own = h.s !== null
  switch (h.session) {
    case true:
      return `${who} 세션을 이어 다시 ${own ? '접속해' : '접속했고, 브로커는'} ${again(h)}.`
    case false:
      return `${who} 다시 접속했지만 *브로커에는 세션이 남아 있지 않습니다*. 그래도 ${sender(h)} ${again(h)}.`
    case null:
      return `${who} 다시 ${own ? '접속해' : '접속했고, 브로커는'} ${again(h)}.`
  }
}

function passedOnAgain(h: Happening): string {
  if (h.qos < 2) return `QoS ${h.qos}이므로 ${josa(name(h.r), '이/가')} 다시 전달합니다.`
  const then = h.r === null ? '이므로 다시 전달합니다' : '입니다'
  return h.session === false
    ? `${receiver(h)} 이전 세션을 기억하지 않습니다. *브로커에게 ${josa(packet(h), '은/는')} 새 메시지*${then}.`
    : `${receiver(h)} 식별자 ${josa(id(h), '을/를')} 더는 기억하지 않습니다. *${josa(packet(h), '은/는')} 새 메시지*${then}.`
}

function takenAgain(h: Happening): string {
  const who = josa(list(h.clients), '은/는')
  if (h.copies === 0) return `*${who} 같은 메시지를 또 받습니다.*`
  return h.known && h.qos === 1
    ? `QoS 1이므로 ${who} 다시 받아야 합니다. *같은 메시지를 ${times(h.copies)} 받은 셈입니다*.`
    : `*${who} 같은 메시지를 ${times(h.copies)} 받았습니다*.`
}

function delivered(h: Happening): string {
  if (h.packet?.type === 'PUBREL' && h.clients.length === 1)
    return `*${josa(packet(h), '이/가')} 도착했습니다*. ${list(h.clients)}의 응용 프로그램이 메시지를 받습니다.`
  if (h.apart && h.clients.length === 1)
    return `*${josa(packet(h), '이/가')} 도착했습니다*. ${josa(list(h.clients), '이/가')} 메시지를 받았습니다.${h.known ? ' 이번에는 한 번입니다.' : ''}`
  return `*${josa(list(h.clients), '이/가')} 받았습니다*.${h.known ? ' 이번에는 한 번입니다.' : ''}`
}

function notQueued(h: Happening): string {
  const who = josa(list(h.clients), '은/는')
  return h.known
    ? `${who} 접속해 있지 않고 QoS 0으로 구독했습니다. *브로커는 메시지를 대기열에 넣지 않습니다*.`
    : `${who} 접속해 있지 않습니다. *브로커는 지금 아무것도 보내지 않습니다*.`
}

function back(who: string, session: boolean | null): string {
  return session === true
    ? `${josa(who, '이/가')} 다시 접속했습니다. *브로커에 세션이 남아 있습니다*.`
    : `${josa(who, '이/가')} *세션 없이* 다시 접속했습니다. 브로커에 남은 것이 없습니다.`
}

function ended(h: Happening): string {
  const who = client(h)
  switch (h.mark?.kind) {
    case 'reset':
      return `*${who}의 연결이 초기화되었습니다.*`
    case 'recovery':
      return `제때 응답이 오지 않아 *${who}의 연결을 끊었습니다*. 곧 다시 접속합니다.`
    case 'disconnect':
      if (h.mark.detail === WITH_WILL)
        return `*${josa(who, '이/가')} 이유 코드 0x04로 DISCONNECT를 보내* 스스로 연결을 끝내면서 유언 메시지를 발행해 달라고 합니다.`
      return `*${josa(who, '이/가')} DISCONNECT를 보내* 스스로 연결을 끝냅니다.`
    case 'dead':
      return `*${who}의 연결로 이제 아무것도 지나가지 못하지만*, ${who}도 브로커도 이를 모릅니다.`
    case 'broken':
      return `*${who}의 연결이 DISCONNECT 없이 끊겼습니다.*`
    case 'taken-over':
      return `*다른 연결이 클라이언트 식별자 ${josa(who, '을/를')} 넘겨받아* 이전 연결이 끊겼습니다.`
    case 'timeout':
      return `*Keep Alive 시간의 1.5배 동안 ${who}에게서 아무것도 오지 않아* 브로커가 연결을 끊었습니다.`
    case 'closed':
      return h.mark.detail === null
        ? `*브로커가 ${who}의 연결을 끊었습니다.*`
        : `*브로커가 ${who}의 연결을 끊었습니다*: ${refusal(h.mark.detail)}.`
    default:
      return `*${who}의 연결이 끊겼습니다.*`
  }
}

const arrived = (h: Happening): string => `*${josa(packet(h), '이/가')} 도착했습니다*.`

/** Korean sentences; packet names stay in English capitals. */
export const korean: Teller = {
  ...words,
  numbered,
  finish: (text) => text,
  tell: {
    sent,
    lost: (h) => (h.mark === null ? lost(h) : `${ended(h)} ${lost(h)}`),
    held: (h) =>
      `*${josa(packet(h), '이/가')} 보류되어 있습니다*. 전달하거나 버리세요. 그때까지 타이머는 멈춰 있습니다.`,
    late: (h) =>
      `${packet(h)}의 TCP 세그먼트가 ${h.copies > 1 ? `${times(h.copies)} ` : ''}손실되어 *TCP가 다시 보냈습니다*. 늦었을 뿐 손실되지는 않았습니다.`,
    unarrived: (h) =>
      `${packet(h)}의 TCP 세그먼트가 ${h.copies > 1 ? `${times(h.copies)} ` : ''}손실되어 *아직 도착하지 않았습니다*.`,
    behind: (h) => `${josa(packet(h), '은/는')} 먼저 보낸 것을 기다려야 했습니다. *TCP는 순서를 지킵니다*.`,
    resent: (h) =>
      h.reason === 'step'
        ? `${seconds(h.waitMs)} 뒤에 ${josa(name(h.s), '이/가')} ${again(h)}.`
        : `${sender(h)} ${josa(awaited(h), '을/를')} ${seconds(h.waitMs)} 동안 기다리다가 ${again(h)}.`,
    'resent-late': (h) =>
      `${seconds(h.waitMs)} 안에 ${josa(awaited(h), '이/가')} 오지 않아 ${josa(name(h.s), '이/가')} ${again(h)}.`,
    'resent-stood-still': timerRan,
    'resent-answered': (h) =>
      `${josa(awaited(h), '이/가')} 이미 왔지만 ${josa(name(h.s), '이/가')} ${again(h)}.`,
    'resent-response': (h) => `PUBREC이 다시 와서 ${josa(name(h.s), '이/가')} ${again(h)}.`,
    resumed,
    acknowledged: (h) =>
      `${arrived(h)} ${receiver(h)} ${josa(name(h.s), '이/가')} 메시지를 받은 것을 알고 사본을 지웁니다.`,
    received: (h) =>
      `${arrived(h)} ${receiver(h)} ${josa(name(h.s), '이/가')} 메시지를 받은 것을 알고 PUBREL을 보냅니다.`,
    'identifier-freed': (h) =>
      `${arrived(h)} ${receiver(h)} 식별자 ${josa(id(h), '을/를')} 잊습니다. 이제부터 PUBLISH ${josa(number(h), '은/는')} 새 메시지입니다.`,
    'handshake-done': (h) =>
      `${arrived(h)} ${receiver(h)} 식별자 ${josa(id(h), '을/를')} 다시 쓸 수 있습니다.`,
    'passed-on-again': passedOnAgain,
    'taken-again': takenAgain,
    discarded: (h) =>
      `${receiver(h)} ${josa(number(h), '을/를')} 이미 알고 있으므로 *사본을 버리고* 다시 응답합니다.`,
    released: (h) =>
      `${arrived(h)} 이제야 메시지가 ${h.clients.length > 0 ? `${josa(list(h.clients), '으로/로')} ` : ''}전달됩니다.`,
    'released-before': (h) =>
      `${receiver(h)} ${josa(number(h), '을/를')} 이미 처리했으므로 *PUBCOMP만 다시 보냅니다*.`,
    'forgotten-before': (h) =>
      `${receiver(h)} 이전 세션을 기억하지 않아 ${josa(number(h), '을/를')} 모릅니다. *PUBCOMP만 보냅니다*.`,
    delivered,
    refused: (h) =>
      `*${josa(name(h.r), '이/가')} ${josa(packet(h), '을/를')} 거부했습니다* (${refusal(h.packet?.refusal ?? 0)}).${h.r === null ? ' 구독자에게 전달하지 않습니다.' : ''}`,
    'retained-kept': () =>
      'RETAIN이 설정되어 있으므로 *브로커가 메시지를 보존합니다*. 나중에 구독하는 클라이언트를 위해서입니다.',
    'retained-sent': (h) =>
      `${josa(list(h.clients), '이/가')} 구독했으므로 브로커가 *보존 메시지를* 보냅니다.`,
    queued: (h) =>
      `${josa(list(h.clients), '은/는')} 접속해 있지 않지만 브로커에 세션이 있습니다. *메시지를 대기열에 넣습니다*.`,
    'queue-sent': (h) =>
      h.too
        ? `브로커가 ${list(h.clients)}에게 *기다리던 메시지를* 보냅니다.`
        : `${josa(list(h.clients), '이/가')} 세션을 이어 다시 접속했으므로 브로커가 *기다리던 메시지를* 보냅니다.`,
    'not-queued': notQueued,
    missed: (h) =>
      h.too
        ? `*${josa(list(h.clients), '은/는')} ${josa(packet(h), '으로/로')} 보낸 메시지를 영영 받지 못합니다*.`
        : `${back(list(h.clients), h.session)} *${josa(packet(h), '으로/로')} 보낸 메시지는 영영 받지 못합니다*.`,
    'kept-back': (h) =>
      `${josa(list(h.clients), '은/는')} 메시지를 한 번에 ${h.copies}개까지 받습니다(Receive Maximum). *브로커는 ${josa(makesRoom(h), '이/가')} 올 때까지 ${josa(packet(h), '을/를')} 보내지 않고 기다렸습니다*.`,
    'alias-given': (h) =>
      `*${josa(name(h.s), '이/가')} 이 연결에서 쓸 토픽 별칭 ${josa(alias(h), '을/를')} 정합니다*. ${packet(h)}에는 이름과 별칭이 함께 있습니다.`,
    'alias-used': (h) =>
      `*${josa(name(h.s), '이/가')} 토픽 이름 대신 별칭 ${josa(alias(h), '을/를')} 보냅니다*${aliasSaves(h) ? `. 그만큼 ${josa(packet(h), '이/가')} 짧습니다` : ` (${packet(h)})`}.`,
    nobody: (h) =>
      h.known
        ? '*브로커는 지금 메시지를 아무에게도 보내지 않습니다.*'
        : '*브로커가 메시지를 보낼 클라이언트가 없습니다.*',
    'gave-up': stopped,
    abandoned: stopped,
    once: (h) => {
      const end = `${josa(packet(h), '으로/로')} 마지막 핸드셰이크가 끝났습니다.`
      const once = `*${josa(list(h.clients), '은/는')} 정확히 한 번 받았습니다*.`
      return h.known ? `${end} 두 번 전달된 것은 없습니다. ${once}` : `${end} ${once}`
    },
    skipped: (h) => `(그사이 일어난 일 ${h.copies}가지는 줄였습니다.)`,
    ended,
    back: (h) => back(client(h), h.session),
    will: (h) =>
      `${h.known ? 'DISCONNECT가 오지 않았습니다. ' : ''}*브로커가 ${client(h)}의 유언 메시지를 발행합니다* (${h.mark?.topic ?? ''}).`,
    'will-withdrawn': (h) =>
      `${josa(client(h), '이/가')} 유언 지연 시간 안에 ${h.session === true ? '세션을 이어 ' : ''}다시 접속했습니다. *브로커가 유언 메시지를 철회하므로* 아무도 받지 않습니다.`,
    'no-will': (h) =>
      `DISCONNECT가 도착했습니다. *브로커가 ${client(h)}의 유언 메시지를 삭제하므로* 아무도 받지 않습니다.`,
  },
}
