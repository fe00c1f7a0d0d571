import { createBirpc } from 'birpc'
import type { EngineApi, EngineEvents, ServedApi } from './api'
import { COMMANDS, commands, type Command } from './commands'
import type { Channel } from './channel'
import { decode, encode } from './codec'
import { ApiError, fromWireError, toWireError, type WireError } from './errors'
import { issueDetails } from './issues'
import { WAITS_FOR_PERSON } from './workspace'

type Outcome = { ok: true; value: unknown } | { ok: false; error: WireError }
type Invoke = (command: unknown, argument: unknown) => Promise<Outcome>

const EVENTS = {
  status: true,
  groups: true,
  scenario: true,
  packets: true,
  topics: true,
  rates: true,
  devices: true,
  experiment: true,
  load: true,
  vote: true,
  sandboxes: true,
  shown: true,
  sharing: true,
  host: true,
  log: true,
  workspace: true,
} as const satisfies Record<keyof EngineEvents, true>
export const EVENT_NAMES = Object.keys(EVENTS) as (keyof EngineEvents)[]

/** Both ends have these; the contract is compiled for neither. */
declare function setTimeout(run: () => void, ms: number): unknown
declare function clearTimeout(timer: unknown): void

/** Longest that a command goes without an answer, unless a person has to give it. */
const ANSWER_MS = 60_000
const unhurried: ReadonlySet<string> = new Set(WAITS_FOR_PERSON)

/** The answer, or a rejection when none comes in time. */
async function inTime<T>(command: Command, answer: Promise<T>): Promise<T> {
  if (unhurried.has(command)) return answer
  let timer: unknown
  const late = new Promise<never>((_done, fail) => {
    const error = new ApiError('unavailable', `no response to ${command} within ${ANSWER_MS / 1000} s`)
    timer = setTimeout(() => fail(error), ANSWER_MS)
  })
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}

/** The engine's hand on one page. */
export interface PageLink {
  readonly events: EngineEvents
  bufferedBytes(): number
  /** Charges the page for work that was done for it, in units of a light command. */
  worked(units: number): void
  onClose(listener: () => void): void
}

export interface ServeOptions {
  /** Asked before each command; refuses it by an ApiError. @default every command is granted */
  guard?: (command: keyof EngineApi) => void
  /** Told what long work for the page has cost. @default nothing is charged */
  worked?: (units: number) => void
  /** Told of failures that are not the page's fault, for the host's log. */
  onInternalError: (command: string, thrown: unknown) => void
}

function parseArgument(command: Command, argument: unknown): unknown {
  const parsed = commands[command].args.safeParse(argument, { reportInput: true })
  if (parsed.success) return parsed.data
  const details = issueDetails(parsed.error.issues)
  const first = details[0]
  throw new ApiError(
    'bad-request',
    `${command}: ${first?.path || 'argument'}: ${first?.expected ?? 'not valid'}`,
    details,
  )
}

/**
 * Serves an engine session on a channel. Every argument is validated on arrival; a failed command rejects with an
 * ApiError and has changed nothing.
 */
export function servePage(
  channel: Channel,
  open: (page: PageLink) => ServedApi,
  options: ServeOptions,
): void {
  let api: ServedApi | null = null
  const invoke: Invoke = async (given, argument) => {
    const command = typeof given === 'string' ? given : ''
    try {
      if (!Object.hasOwn(commands, command))
        throw new ApiError('bad-request', `unknown command ${command.slice(0, 40)}`)
      options.guard?.(command as Command)
      if (!api) throw new ApiError('unavailable', 'the engine is not ready')
      const run = api[command as Command] as ((a: unknown) => Promise<unknown>) | undefined
      if (!run) throw new ApiError('unavailable', `${command} is not available on this host`)
      return { ok: true, value: await run.call(api, parseArgument(command as Command, argument)) }
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) options.onInternalError(command, thrown)
      return { ok: false, error: toWireError(thrown) }
    }
  }
  const rpc = createBirpc<EngineEvents, { invoke: Invoke }>(
    { invoke },
    {
      ...channelOptions(channel, ['invoke'], options.onInternalError, EVENT_NAMES),
      serialize: (message: { t: string; i?: string }) => {
        try {
          return encode(message)
        } catch (thrown) {
          if (message.t !== 's') throw thrown
          options.onInternalError('answer', thrown)
          return encode({ t: 's', i: message.i, r: { ok: false, error: toWireError(thrown) } })
        }
      },
      onGeneralError: () => true,
    },
  )
  const push = (name: keyof EngineEvents) => (event: unknown) => {
    const send = rpc[name].asEvent as (e: unknown) => Promise<void>
    send(event).catch((thrown: unknown) => options.onInternalError(name, thrown))
  }
  api = open({
    events: Object.fromEntries(EVENT_NAMES.map((n) => [n, push(n)])) as unknown as EngineEvents,
    bufferedBytes: () => channel.bufferedBytes(),
    worked: (units) => options.worked?.(units),
    onClose: (f) => channel.onClose(f),
  })
}

/** The page's side: commands as methods, events to the handlers given. */
export function connectEngine(
  channel: Channel,
  handlers: EngineEvents,
  onFault: (thrown: unknown) => void,
): EngineApi {
  const rpc = createBirpc<{ invoke: Invoke }, EngineEvents>(
    handlers,
    // What a call fails with is for its caller.
    { ...channelOptions(channel, EVENT_NAMES, (_where, e) => onFault(e)), onGeneralError: () => false },
  )
  const call = async (command: Command, argument: unknown): Promise<unknown> => {
    const outcome = await inTime(command, rpc.invoke(command, argument))
    if (outcome.ok) return outcome.value
    throw fromWireError(outcome.error)
  }
  channel.onClose(() => rpc.$close(new ApiError('unavailable', 'the connection to the engine is closed')))
  return Object.fromEntries(COMMANDS.map((c) => [c, (a: unknown) => call(c, a)])) as unknown as EngineApi
}

/** birpc counts its calls by texts of 21 characters. */
const MAX_ID_CHARS = 64

/** An event has none; any other id could not be sent back, and its call would stay without an answer. */
const isId = (i: unknown): boolean =>
  i === undefined || (typeof i === 'string' && i !== '' && i.length <= MAX_ID_CHARS)

/** The two shapes of a message between the ends; birpc throws on others, outside of any call. */
function isCallOrAnswer(m: unknown): m is { t: 's' } | { t: 'q'; m: string } {
  if (typeof m !== 'object' || m === null || !('t' in m) || !isId('i' in m ? m.i : undefined)) return false
  return m.t === 's' || (m.t === 'q' && 'm' in m && typeof m.m === 'string' && 'a' in m && Array.isArray(m.a))
}

function channelOptions<R extends object>(
  channel: Channel,
  functions: readonly string[],
  onFault: (where: string, thrown: unknown) => void,
  eventNames: (keyof R)[] = [],
) {
  return {
    eventNames,
    bind: 'functions' as const,
    // Each command has its own, see `inTime`.
    timeout: -1,
    post: (m: Uint8Array) => channel.send(m),
    on: (listener: (m: unknown) => void) =>
      channel.onMessage((bytes) => {
        let message: unknown
        try {
          message = decode(bytes)
          if (!isCallOrAnswer(message)) throw new Error('a message that is neither call nor answer')
        } catch (thrown) {
          onFault('decode', thrown)
          channel.close()
          return
        }
        // Only what was named is called, never what every object inherits; the rest is the other end's fault.
        if (message.t === 's' || functions.includes(message.m)) listener(message)
        else onFault('decode', new Error('a call of what is not there'))
      }),
    serialize: encode,
    deserialize: (m: unknown) => m,
    onFunctionError: (e: Error, name: string) => {
      onFault(name, e)
      return true
    },
  }
}
