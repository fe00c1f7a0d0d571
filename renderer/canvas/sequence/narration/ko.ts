import type { Happening } from './events'
import { josa } from './josa'
import { refusalText } from './refusals'
import type { Teller } from './teller'

const name = (id: string | null): string => id ?? '중개자'
const list = (ids: readonly string[]): string => ids.join(', ')
const times = (n: number): string => (n > 2 ? `모두 ${n}번` : '두 번')
const packet = (h: Happening): string =>
  h.packet === null
    ? '패킷'
    : h.packet.packetId === null
      ? h.packet.type
      : `${h.packet.type} #${h.packet.packetId}`
const number = (h: Happening): string => `#${h.packet?.packetId ?? ''}`
const seconds = (ms: number): string =>
  ms < 1000 ? `${+ms.toPrecision(3)} ms` : `${+(ms / 1000).toFixed(2)}초`

function fate(h: Happening): string {
  const p = josa(packet(h), '이/가')
  switch (h.reason) {
    case 'step':
      return `단계 모드에서 *${josa(packet(h), '을/를')} 버렸습니다*`
    case 'rule':
      return `규칙에 따라 *${p} 손실되었습니다*`
    case 'cut':
      return `연결이 끊기면서 *${p} 손실되었습니다*`
    case 'reset':
      return `연결이 초기화되면서 *${p} 손실되었습니다*`
    case 'model':
    case null:
      return `*${p} 손실되었습니다*`
  }
}

function lost(h: Happening): string {
  if (h.attempts > 1 && h.qos > 0)
    return `${josa(packet(h), '이/가')} 이번에도 ${h.reason === 'step' ? '버려졌습니다' : '손실되었습니다'}.`
  const s = name(h.s)
  const r = name(h.r)
  const notKnown = `${josa(s, '은/는')} 메시지를 받았지만 ${josa(r, '은/는')} 알 수 없습니다.`
  switch (h.packet?.type) {
    case 'PUBLISH':
      if (h.qos === 0)
        return `${fate(h)}. QoS 0에서는 송신자가 응답을 기다리지 않으므로 *${josa(r, '은/는')} 영영 받지 못합니다*.`
      return h.known
        ? `${fate(h)}. ${josa(r, '은/는')} 이미 메시지를 갖고 있습니다.`
        : `${fate(h)}. ${josa(r, '은/는')} 메시지를 받지 못했고, ${josa(s, '은/는')} 사본을 갖고 있습니다.`
    case 'PUBACK':
    case 'PUBREC':
      return `${fate(h)}. ${notKnown}`
    case 'PUBREL':
      if (h.known) {
        return `${fate(h)}. ${josa(r, '은/는')} 식별자 ${josa(String(h.packet.packetId ?? ''), '을/를')} 계속 기억합니다.`
      }
      return h.s === null
        ? `${fate(h)}. ${josa(r, '은/는')} 메시지를 갖고 있지만 아직 응용 프로그램에 넘기면 안 됩니다.`
        : `${fate(h)}. ${josa(r, '은/는')} 메시지를 갖고 있지만 아직 전달하면 안 됩니다.`
    case 'PUBCOMP':
      return `${fate(h)}. ${josa(s, '은/는')} 끝냈지만 ${josa(r, '은/는')} 알 수 없습니다.`
    default:
      return `${fate(h)}.`
  }
}

const again = (h: Happening): string =>
  `*${josa(packet(h), '을/를')} ${h.packet?.dup ? 'DUP 표시와 함께 ' : ''}다시 보냈습니다*`

function ended(h: Happening): string {
  const had = h.known
    ? `그래도 ${josa(name(h.r), '은/는')} 메시지를 갖고 있습니다.`
    : `*${josa(name(h.r), '은/는')} 끝내 받지 못했습니다*.`
  return h.kind === 'gave-up'
    ? `${josa(h.packet?.type ?? 'PUBLISH', '을/를')} ${h.attempts}번 보낸 뒤 *${josa(name(h.s), '이/가')} 포기했습니다*. ${had}`
    : `핸드셰이크가 끝나기 전에 ${h.packet?.clientId ?? h.s ?? h.r ?? ''}의 세션이 끝났습니다. ${had}`
}

function sent(h: Happening): string {
  const who = josa(name(h.s), '이/가')
  const what = josa(packet(h), '을/를')
  if (h.qos === 0)
    return `${who} QoS 0으로 ${what} 보냈습니다. *응답을 기다리지 않고* 사본도 남기지 않습니다.`
  const until = h.qos === 1 ? 'PUBACK이' : 'PUBREC이'
  return `${who} ${what} 보내고 *${until} 올 때까지* 사본을 갖고 있습니다.`
}

/** Korean sentences; packet names stay in English capitals. */
export const korean: Teller = {
  finish: (text) => text,
  tell: {
    sent,
    lost,
    resent: (h) =>
      h.known
        ? `그래서 ${josa(name(h.s), '은/는')} ${josa(seconds(h.waitMs), '을/를')} 기다렸다가 ${again(h)}.`
        : `${seconds(h.waitMs)} 안에 응답이 오지 않아 ${josa(name(h.s), '이/가')} ${again(h)}.`,
    resumed: (h) => {
      const who = h.packet?.clientId ?? ''
      const then = h.s === who ? '접속해' : `접속했고, ${josa(name(h.s), '은/는')}`
      return `${josa(who, '이/가')} 세션을 이어 다시 ${then} ${again(h)}.`
    },
    'passed-on-again': (h) =>
      h.clients.length > 0
        ? `QoS 1이므로 중개자가 다시 전달합니다. *${josa(list(h.clients), '은/는')} 같은 메시지를 ${times(h.copies)} 받습니다*.`
        : 'QoS 1이므로 중개자가 다시 전달합니다.',
    'taken-again': (h) =>
      `QoS 1이므로 ${josa(name(h.r), '은/는')} 다시 받아야 합니다. *같은 메시지를 ${times(h.copies)} 받은 셈입니다*.`,
    discarded: (h) =>
      `${josa(name(h.r), '은/는')} ${josa(number(h), '을/를')} 이미 알고 있으므로 *사본을 버리고* 다시 응답합니다.`,
    released: (h) =>
      `*PUBREL*이 와야 메시지가 ${h.clients.length > 0 ? `${josa(list(h.clients), '으로/로')} ` : ''}전달됩니다.`,
    'released-before': (h) =>
      `${josa(name(h.r), '은/는')} ${josa(number(h), '을/를')} 이미 처리했으므로 *PUBCOMP만 다시 보냅니다*.`,
    delivered: (h) =>
      h.qos === 2
        ? `*${josa(list(h.clients), '은/는')} 정확히 한 번 받았습니다.*`
        : `*${josa(list(h.clients), '이/가')} 받았습니다*.${h.qos === 1 ? ' 이번에는 한 번입니다.' : ''}`,
    'gave-up': ended,
    refused: (h) =>
      `*${josa(name(h.r), '이/가')} ${josa(packet(h), '을/를')} 거부했습니다* (${refusalText(h.packet?.refusal ?? 0, 'ko')}).`,
    abandoned: ended,
    cut: (h) =>
      h.mark === 'reset'
        ? `*${h.s ?? ''}의 연결이 초기화되었습니다.*`
        : `*${h.s ?? ''}의 연결이 끊겼습니다.*`,
    held: (h) =>
      `*${josa(packet(h), '이/가')} 보류되어 있습니다*. 전달하거나 버리세요. 타이머는 멈춰 있습니다.`,
    once: (h) => `두 번 전달된 것은 없습니다. *${josa(list(h.clients), '은/는')} 정확히 한 번 받았습니다*.`,
  },
}
