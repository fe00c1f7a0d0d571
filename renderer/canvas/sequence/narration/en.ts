import { WITH_WILL, type Happening } from './happening'
import { alias, aliasSaves, awaited, client, duration, id, makesRoom, many, packetName } from './parts'
import { REFUSALS_EN } from './refusals'
import { refusalOf, type Teller } from './teller'

const words: Pick<Teller, 'refusals' | 'reasonCode'> = {
  refusals: REFUSALS_EN,
  reasonCode: (hex) => `reason code ${hex}`,
}
const refusal = (reason: number): string => refusalOf(words, reason)
const name = (id: string | null): string => id ?? 'the broker'
const list = (ids: readonly string[]): string =>
  ids.length <= 1 ? (ids[0] ?? '') : `${ids.slice(0, -1).join(', ')} and ${ids.at(-1)}`
const have = (h: Happening): string => (many(h) ? 'have' : 'has')
const times = (n: number): string => (n > 2 ? `${n} times` : 'twice')
const FIRST = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth']
const ordinal = (n: number): string => FIRST[n - 1] ?? `${n}${suffix(n)}`
const suffix = (n: number): string =>
  n % 100 > 10 && n % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
const numbered: Teller['numbered'] = (nth, from, to) =>
  `the ${ordinal(nth)} PUBLISH ${from === null ? `to ${name(to)}` : `from ${from}`}`
const packet = (h: Happening): string => (h.nth === null ? packetName(h, 'it') : numbered(h.nth, h.s, h.r))
const seconds = (ms: number): string => duration(ms, ' s')

function fate(h: Happening): string {
  const p = packet(h)
  switch (h.reason) {
    case 'step':
      return `*${p} was dropped*`
    case 'cut':
      return h.mark === null ? `*${p} was lost* with the connection` : `*${p} was lost* with it`
    case 'dead':
      return `*${p} was lost* in a connection that was dead`
    case 'reset':
      return h.mark === null ? `*${p} was lost* when the connection was reset` : `*${p} was lost* with it`
    case 'rule':
    case 'model':
    case null:
      return `*${p} was lost*`
  }
}

function lostPublish(h: Happening): string {
  const r = name(h.r)
  if (h.qos === 0) return `${fate(h)}: at QoS 0 nobody sends it again, so *${r} never gets it*.`
  if (h.known) return `${fate(h)}: ${r} already has the message.`
  const copy = h.session === false ? '' : `; ${name(h.s)} keeps its copy`
  return `${fate(h)}: ${r} does not have the message${copy}.`
}

function lostPubrel(h: Happening): string {
  const r = name(h.r)
  if (h.known) return `${fate(h)}: ${r} still holds identifier ${id(h)}.`
  return h.s === null
    ? `${fate(h)}: ${r} has the message, but its application gets it only when PUBREL arrives. (Method A of the specification; with method B it would have it already.)`
    : `${fate(h)}: ${r} has the message and waits for PUBREL before it forwards it. (Method A of the specification; with method B it would have forwarded it already.)`
}

function lost(h: Happening): string {
  if (h.too && h.qos > 0) return `${fate(h)}, too.`
  const s = name(h.s)
  switch (h.packet?.type) {
    case 'PUBLISH':
      return lostPublish(h)
    case 'PUBACK':
    case 'PUBREC':
      return h.copies === 0
        ? `${fate(h)}: ${s} refused the message, but ${name(h.r)} cannot know.`
        : `${fate(h)}: ${s} has the message, but ${name(h.r)} cannot know.`
    case 'PUBREL':
      return lostPubrel(h)
    case 'PUBCOMP':
      return `${fate(h)}: ${s} is done, but ${name(h.r)} cannot know.`
    default:
      return `${fate(h)}.`
  }
}

const again = (h: Happening): string => `*sent ${packet(h)} again${h.packet?.dup ? ' with DUP' : ''}*`

/** In step mode: what lies between in the picture is no time that was waited. */
function timerRan(h: Happening): string {
  const s = name(h.s)
  return `The timer of ${s} ran for ${seconds(h.waitMs)} without ${awaited(h)}, and ${s} ${again(h)}. Timers stand still while a packet is held.`
}

function stopped(h: Happening): string {
  const had = h.known ? `${name(h.r)} has the message anyway` : `*${name(h.r)} never got it*`
  const tries = `${h.attempts} ${h.attempts === 1 ? 'try' : 'tries'}`
  return h.kind === 'gave-up'
    ? `After ${tries} of ${h.packet?.type ?? 'PUBLISH'} *${name(h.s)} gave up*: ${had}.`
    : `The session of ${client(h)} ended before the handshake did: ${had}.`
}

function sent(h: Happening): string {
  const p = h.nth === null || h.s === null ? packet(h) : `its ${ordinal(h.nth)} PUBLISH`
  if (h.qos === 0)
    return `${name(h.s)} sent ${p} at QoS 0: *no acknowledgement is expected* and no copy is kept.`
  const until = h.qos === 1 ? 'PUBACK' : 'PUBREC'
  return `${name(h.s)} sent ${p} and keeps a copy *until ${until} arrives*.`
}

function resumed(h: Happening): string {
  const who = client(h)
  const sender = h.s === who ? who : 'the broker'
  switch (h.session) {
    case true:
      return `${who} reconnected with its session${h.s === who ? ' and' : `, and ${sender}`} ${again(h)}.`
    case false:
      return `${who} reconnected, *but the broker had kept no session for it*. All the same, ${sender} ${again(h)}.`
    case null:
      return `${who} reconnected${h.s === who ? ' and' : `, and ${sender}`} ${again(h)}.`
  }
}

function passedOnAgain(h: Happening): string {
  if (h.qos < 2) return `At QoS ${h.qos} ${name(h.r)} forwards it again.`
  const then = h.r === null ? ', and it forwards it again' : ''
  return h.session === false
    ? `${name(h.r)} kept nothing of the session before: *to it ${packet(h)} is a new message*${then}.`
    : `${name(h.r)} no longer held identifier ${id(h)}: *to it ${packet(h)} is a new message*${then}.`
}

function takenAgain(h: Happening): string {
  const who = list(h.clients)
  if (h.copies === 0) return `*${who} ${many(h) ? 'get' : 'gets'} the message again.*`
  const must = h.known && h.qos === 1 ? `At QoS 1 ${who} must accept it again: ` : ''
  const subject = must === '' ? who : many(h) ? 'they' : 'it'
  return `${must}*${subject} now ${have(h)} the message ${times(h.copies)}*.`
}

function delivered(h: Happening): string {
  if (h.packet?.type === 'PUBREL' && !many(h))
    return `*${packet(h)} arrived*: the application at ${list(h.clients)} gets the message.`
  if (h.apart && !many(h))
    return `*${packet(h)} arrived*: ${list(h.clients)} has the message${h.known ? ', this time only once' : ''}.`
  return `*${list(h.clients)} ${have(h)} it*${h.known ? ', this time only once' : ''}.`
}

function notQueued(h: Happening): string {
  const who = list(h.clients)
  return h.known
    ? `${who} is away and subscribed at QoS 0: *the broker does not queue the message for it*.`
    : `${who} is away: *the broker sends it nothing now*.`
}

function back(who: string, session: boolean | null): string {
  return session === true
    ? `${who} reconnected: *the broker had kept its session*.`
    : `${who} reconnected *without a session*: the broker had kept nothing for it.`
}

function ended(h: Happening): string {
  const who = client(h)
  switch (h.mark?.kind) {
    case 'reset':
      return `*The connection of ${who} was reset.*`
    case 'recovery':
      return `No response came in time, so *the connection of ${who} was closed* to be opened again.`
    case 'disconnect':
      return h.mark.detail === WITH_WILL
        ? `*${who} said DISCONNECT with reason 0x04*: it ends its connection on purpose and asks for its will.`
        : `*${who} said DISCONNECT*: it ends its connection on purpose.`
    case 'dead':
      return `*Nothing gets through the connection of ${who} any more*, and neither ${who} nor the broker is told.`
    case 'broken':
      return `*The connection of ${who} ended without DISCONNECT.*`
    case 'taken-over':
      return `*Another connection took over the client identifier ${who}*: the one before was closed.`
    case 'timeout':
      return `*The broker heard nothing from ${who}* for 1.5 times its keep-alive and closed the connection.`
    case 'closed':
      return h.mark.detail === null
        ? `*The broker closed the connection of ${who}.*`
        : `*The broker closed the connection of ${who}*: ${refusal(h.mark.detail)}.`
    default:
      return `*The connection of ${who} was cut.*`
  }
}

/** English sentences. */
export const english: Teller = {
  ...words,
  numbered,
  // not any letter: a client's identifier stays as it is
  finish: (text) =>
    text
      .replace(/^\*?(?:the|a segment) /, (start) => start.replace(/[at]/, (letter) => letter.toUpperCase()))
      .replace(/(\.\*? \*?)the /g, '$1The '),
  tell: {
    sent,
    lost: (h) => (h.mark === null ? lost(h) : `${ended(h)} ${lost(h)}`),
    held: (h) => `*${packet(h)} is held*: deliver it or drop it. No timer runs until then.`,
    late: (h) =>
      `A segment of ${packet(h)} was lost${h.copies > 1 ? ` ${times(h.copies)}` : ''}, and *TCP sent it again*: ${h.nth === null ? packet(h) : 'the PUBLISH'} is late, but not lost.`,
    unarrived: (h) =>
      `A segment of ${packet(h)} was lost${h.copies > 1 ? ` ${times(h.copies)}` : ''}: *${h.nth === null ? packet(h) : 'the PUBLISH'} has not arrived yet*.`,
    behind: (h) => `${packet(h)} had to wait for what was sent before it: *TCP keeps the order*.`,
    resent: (h) =>
      h.reason === 'step'
        ? `${name(h.s)} ${again(h)}, ${seconds(h.waitMs)} later.`
        : `${name(h.s)} waited ${seconds(h.waitMs)} for ${awaited(h)} and ${again(h)}.`,
    'resent-late': (h) =>
      `No ${awaited(h)} arrived within ${seconds(h.waitMs)}, so ${name(h.s)} ${again(h)}.`,
    'resent-stood-still': timerRan,
    'resent-answered': (h) => `${name(h.s)} ${again(h)}, although ${awaited(h)} had arrived.`,
    'resent-response': (h) => `PUBREC came again, so ${name(h.s)} ${again(h)}.`,
    resumed,
    acknowledged: (h) =>
      `*${packet(h)} arrived*: ${name(h.r)} knows that ${name(h.s)} has the message and deletes its copy.`,
    received: (h) =>
      `*${packet(h)} arrived*: ${name(h.r)} knows that ${name(h.s)} has the message and sends PUBREL.`,
    'identifier-freed': (h) =>
      `*${packet(h)} arrived*: ${name(h.r)} forgets identifier ${id(h)}. Only now would another PUBLISH #${id(h)} be a new message.`,
    'handshake-done': (h) => `*${packet(h)} arrived*: ${name(h.r)} may use identifier ${id(h)} again.`,
    'passed-on-again': passedOnAgain,
    'taken-again': takenAgain,
    discarded: (h) => `${name(h.r)} already has #${id(h)}: it *discards the copy* and responds again.`,
    released: (h) =>
      `*${packet(h)} arrived*: only now does ${name(h.r)} release the message${h.clients.length > 0 ? ` to ${list(h.clients)}` : ''}.`,
    'released-before': (h) => `${name(h.r)} has already released #${id(h)}: it *only sends PUBCOMP again*.`,
    'forgotten-before': (h) =>
      `${name(h.r)} kept nothing of the session before and does not know #${id(h)}: it *only sends PUBCOMP*.`,
    delivered,
    refused: (h) =>
      `*${name(h.r)} refused ${packet(h)}* (${refusal(h.packet?.refusal ?? 0)})${h.r === null ? ' and does not forward it' : ''}.`,
    'retained-kept': () => `RETAIN is set: *the broker keeps the message* for those who subscribe later.`,
    'retained-sent': (h) => `${list(h.clients)} has subscribed: the broker sends it *the retained message*.`,
    queued: (h) =>
      `${list(h.clients)} ${many(h) ? 'are' : 'is'} away, but the broker keeps the session: *it queues the message*.`,
    'queue-sent': (h) =>
      h.too
        ? `The broker sends ${list(h.clients)} *a message that waited*.`
        : `${list(h.clients)} reconnected with its session: the broker sends *the message that waited*.`,
    'not-queued': notQueued,
    missed: (h) =>
      h.too
        ? `*${list(h.clients)} never gets the message of ${packet(h)}*.`
        : `${back(list(h.clients), h.session)} *It never gets the message of ${packet(h)}*.`,
    'kept-back': (h) =>
      `${list(h.clients)} takes ${h.copies} ${h.copies === 1 ? 'message' : 'messages'} at a time (Receive Maximum): *the broker kept ${packet(h)} back until a ${makesRoom(h)} arrived*.`,
    'alias-given': (h) =>
      `*${name(h.s)} gives the topic the alias ${alias(h)}* on this connection: ${packet(h)} carries the name and the alias.`,
    'alias-used': (h) =>
      `*${name(h.s)} sends the alias ${alias(h)} in place of the topic name*${aliasSaves(h) ? `: ${packet(h)} is shorter` : ` in ${packet(h)}`}.`,
    nobody: (h) =>
      h.known
        ? '*The broker sends the message to nobody now.*'
        : '*The broker has nobody to send the message to.*',
    'gave-up': stopped,
    abandoned: stopped,
    once: (h) => {
      const result = `*${list(h.clients)} ${have(h)} it exactly once*`
      return h.known
        ? `${packet(h)} ends the last handshake. Nothing was forwarded twice: ${result}.`
        : `${packet(h)} ends the last handshake: ${result}.`
    },
    skipped: (h) => `(${h.copies} more events are left out here.)`,
    ended,
    back: (h) => back(client(h), h.session),
    will: (h) => {
      const why = h.known ? 'No DISCONNECT came: ' : ''
      return `${why}*the broker publishes the will of ${client(h)}* on ${h.mark?.topic ?? ''}.`
    },
    'will-withdrawn': (h) =>
      `${client(h)} reconnected ${h.session === true ? 'with its session ' : ''}within the will delay: *the broker withdraws its will*, and nobody gets it.`,
    'no-will': (h) =>
      `DISCONNECT arrived: *the broker deletes the will of ${client(h)}*, and nobody gets it.`,
  },
}
