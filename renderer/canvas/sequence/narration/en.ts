import type { Happening } from './events'
import { refusalText } from './refusals'
import type { Teller } from './teller'

const name = (id: string | null): string => id ?? 'the broker'
const list = (ids: readonly string[]): string =>
  ids.length <= 1 ? (ids[0] ?? '') : `${ids.slice(0, -1).join(', ')} and ${ids.at(-1)}`
const have = (ids: readonly string[]): string => (ids.length > 1 ? 'have' : 'has')
const get = (ids: readonly string[]): string => (ids.length > 1 ? 'get' : 'gets')
const times = (n: number): string => (n > 2 ? `${n} times in all` : 'twice')
const packet = (h: Happening): string =>
  h.packet === null
    ? 'it'
    : h.packet.packetId === null
      ? h.packet.type
      : `${h.packet.type} #${h.packet.packetId}`
const seconds = (ms: number): string =>
  ms < 1000 ? `${+ms.toPrecision(3)} ms` : `${+(ms / 1000).toFixed(2)} s`

function fate(h: Happening): string {
  const p = packet(h)
  switch (h.reason) {
    case 'step':
      return `*${p} was dropped* in step mode`
    case 'rule':
      return `*${p} was lost* by rule`
    case 'cut':
      return `*${p} was lost* with the connection`
    case 'reset':
      return `*${p} was lost* when the connection was reset`
    case 'model':
    case null:
      return `*${p} was lost*`
  }
}

function lost(h: Happening): string {
  if (h.attempts > 1 && h.qos > 0) return `${fate(h)}, too.`
  const s = name(h.s)
  const r = name(h.r)
  switch (h.packet?.type) {
    case 'PUBLISH':
      if (h.qos === 0)
        return `${fate(h)}: at QoS 0 the sender expects no acknowledgement, so *${r} never gets it*.`
      return h.known
        ? `${fate(h)}: ${r} already has the message.`
        : `${fate(h)}: ${r} does not have the message; ${s} keeps its copy.`
    case 'PUBACK':
      return `${fate(h)}: ${s} has the message, but ${r} cannot know.`
    case 'PUBREC':
      return `${fate(h)}: ${s} has the message, but ${r} cannot know.`
    case 'PUBREL':
      if (h.known) return `${fate(h)}: ${r} still holds identifier ${h.packet.packetId ?? ''}.`
      return h.s === null
        ? `${fate(h)}: ${r} has the message but must not deliver it to the application yet.`
        : `${fate(h)}: ${r} has the message but must not forward it yet.`
    case 'PUBCOMP':
      return `${fate(h)}: ${s} is done, but ${r} cannot know.`
    default:
      return `${fate(h)}.`
  }
}

const again = (h: Happening): string => `*sent ${packet(h)} again${h.packet?.dup ? ' with DUP' : ''}*`

function ended(h: Happening): string {
  const had = h.known ? `${name(h.r)} has the message anyway` : `*${name(h.r)} never got it*`
  const tries = `${h.attempts} ${h.attempts === 1 ? 'try' : 'tries'}`
  return h.kind === 'gave-up'
    ? `After ${tries} of ${h.packet?.type ?? 'PUBLISH'} *${name(h.s)} gave up*: ${had}.`
    : `The session of ${h.packet?.clientId ?? h.s ?? h.r ?? ''} ended before the handshake did: ${had}.`
}

function sent(h: Happening): string {
  const p = packet(h)
  if (h.qos === 0)
    return `${name(h.s)} sent ${p} at QoS 0: *no acknowledgement is expected* and no copy is kept.`
  const until = h.qos === 1 ? 'PUBACK' : 'PUBREC'
  return `${name(h.s)} sent ${p} and keeps a copy *until ${until} arrives*.`
}

function delivered(h: Happening): string {
  if (h.qos === 2) return `*${list(h.clients)} ${have(h.clients)} it exactly once.*`
  return h.qos === 0
    ? `*${list(h.clients)} ${have(h.clients)} it.*`
    : `*${list(h.clients)} ${have(h.clients)} it*, this time only once.`
}

/** English sentences. */
export const english: Teller = {
  finish: (text) => text.replace(/^(\*?)the /, '$1The '),
  tell: {
    sent,
    lost,
    resent: (h) =>
      h.known
        ? `So ${name(h.s)} waited ${seconds(h.waitMs)} and ${again(h)}.`
        : `No response arrived within ${seconds(h.waitMs)}, so ${name(h.s)} ${again(h)}.`,
    resumed: (h) => {
      const who = h.packet?.clientId ?? ''
      return `${who} reconnected with its session${h.s === who ? ' and' : `, and ${name(h.s)}`} ${again(h)}.`
    },
    'passed-on-again': (h) =>
      h.clients.length > 0
        ? `At QoS 1 the broker forwards it again: *${list(h.clients)} ${get(h.clients)} it ${times(h.copies)}*.`
        : 'At QoS 1 the broker forwards it again.',
    'taken-again': (h) =>
      `At QoS 1 ${name(h.r)} must accept it again: *it now has the message ${times(h.copies)}*.`,
    discarded: (h) =>
      `${name(h.r)} already has ${packet(h).replace(/^\w+ /, '')}: it *discards the copy* and responds again.`,
    released: (h) =>
      `Only *PUBREL* releases the message${h.clients.length > 0 ? ` to ${list(h.clients)}` : ''}.`,
    'released-before': (h) =>
      `${name(h.r)} has already released ${packet(h).replace(/^\w+ /, '')}: it *only sends PUBCOMP again*.`,
    delivered,
    'gave-up': ended,
    refused: (h) => `*${name(h.r)} refused ${packet(h)}* (${refusalText(h.packet?.refusal ?? 0, 'en')}).`,
    abandoned: ended,
    cut: (h) =>
      h.mark === 'reset'
        ? `*The connection of ${h.s ?? ''} was reset.*`
        : `*The connection of ${h.s ?? ''} was cut.*`,
    held: (h) => `*${packet(h)} is held*: deliver it or drop it. Timers are paused.`,
    once: (h) => `Nothing was forwarded twice: *${list(h.clients)} ${have(h.clients)} it exactly once*.`,
  },
}
