/**
 * Messages of the contract as they come over a viewer's WebSocket, against a running engine. Every call is answered, and
 * nothing fails inside.
 *
 * Input: MessagePack; what follows a whole message is cut off by the codec.
 */
import { ChannelInbox, type Channel } from '../../../electron/contract/channel'
import { decode, encode } from '../../../electron/contract/codec'
import { checkRole } from '../../../electron/contract/roles'
import { servePage } from '../../../electron/contract/rpc'
import { scenarioSchema } from '../../../electron/contract/scenario'
import { createEngine } from '../../../electron/engine/engine'
import type { Engine } from '../../../electron/engine/types'
import { Broken, check, unpolluted } from './check'

const scenario = scenarioSchema.parse({
  version: 1,
  name: 'fuzz',
  broker: { kind: 'embedded', port: 0 },
  groups: [
    { name: 'sensors', id: 'sensor-{n}', count: 2, publishes: [{ topic: 'home/{n}/t', qos: 2, rate: 20 }] },
    { name: 'board', id: 'board', subscribes: [{ filter: 'home/#', qos: 1 }] },
  ],
})

let started: Promise<Engine> | null = null
async function start(): Promise<Engine> {
  const engine = createEngine({ env: {}, version: 'fuzz', log: () => undefined })
  await engine.open(scenario, null)
  engine.hold(true)
  return engine
}

export async function end(): Promise<void> {
  await (await started)?.close()
  started = null
}

export async function fuzz(data: Buffer): Promise<void> {
  const engine = await (started ??= start())
  const inbox = new ChannelInbox()
  const faults: unknown[] = []
  const state = { closed: false }
  let answers = 0
  let answered = (): void => undefined
  const channel: Channel = {
    send: (bytes) => {
      if (!isAnswer(decode(bytes))) return
      answers++
      answered()
    },
    onMessage: (f) => inbox.onMessage(f),
    onClose: (f) => inbox.onClose(f),
    close: () => {
      state.closed = true
      inbox.end()
    },
    bufferedBytes: () => 0,
  }
  servePage(channel, (page) => engine.session(page, { kind: 'web', readOnly: true, viewer: 'Eve' }), {
    guard: (command) => checkRole('viewer', command),
    onInternalError: (where, thrown) => where === 'decode' || faults.push(thrown),
  })
  const answer = new Promise<void>((resolve) => (answered = resolve))
  inbox.deliver(data)
  if (!state.closed && isCall(data)) await inTime(answer)
  inbox.end()
  unpolluted()
  check(answers <= 1, 'a call is answered once')
  if (faults.length > 0) throw faults[0]
}

const isAnswer = (m: unknown): boolean => typeof m === 'object' && m !== null && 't' in m && m.t === 's'

/** A call that waits for an answer. */
function isCall(data: Buffer): boolean {
  const m = decode(data)
  if (typeof m !== 'object' || m === null || !('t' in m) || !('m' in m) || !('i' in m)) return false
  return m.t === 'q' && m.m === 'invoke' && Boolean(m.i)
}

/** Seconds in which the process runs: one in which the system stops it, or gives it no time, counts as one at most. */
const ANSWER_S = 120

async function inTime(answer: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  let seconds = 0
  const late = new Promise<never>((_resolve, reject) => {
    // eslint-disable-next-line no-restricted-syntax -- a limit, not a wait
    timer = setInterval(() => {
      if (++seconds >= ANSWER_S) reject(new Broken('every call is answered'))
    }, 1000)
  })
  try {
    await Promise.race([answer, late])
  } finally {
    clearInterval(timer)
  }
}

export const form = {
  read: decode as (data: Buffer) => unknown,
  write: (value: unknown): Buffer => Buffer.from(encode(value)),
}
