import type { IClientPublishOptions, IPublishPacket } from 'mqtt'
import { MAX_STATE_TEXT, type AnswerConfig, type StateValue } from '../../../contract/answers'
import { isValidTopic, sharedFilter, topicMatches } from '../../../contract/topics'
import { createRandom, type Random } from '../../base/random'
import type { Clock } from '../clock/clock'
import { createDelay } from '../link/delay'
import { buildMessage, offer } from './message'
import { fillText, type MessageContext } from './payload'
import { fillTemplate } from './fill-template'
import type { DeviceSpec, Offered } from './types'

/** Longest request that is answered, in bytes. */
const MAX_REQUEST = 65_536
/** Requests of one device that wait for their delay to pass. */
const MAX_PENDING = 1000
/** Requests that one device answers in a second of clock time: two that answer each other go on without end. */
const MAX_PER_SECOND = 200

/** Why a request went unanswered; each is said once for a device. */
export type Unanswered =
  'answers-too-many' | 'answer-too-long' | 'answer-no-topic' | 'answer-no-response-topic'

export interface AnswersDeps {
  clock: Clock
  seed: number
  nextSequence(): number
  send(message: Offered, options: IClientPublishOptions): void
  /** See mqtt.js' `cbStorePut`. */
  onStored(error?: Error): void
  warn(why: Unanswered, about: string): void
}

type Request = Pick<IPublishPacket, 'topic' | 'properties'> & { payload: Buffer }

/** Gives a device's answers: what it hears waits for the answer's delay, then changes its state and is replied to. */
export class Answers {
  private waiting = 0
  private secondMs = 0
  private inSecond = 0
  private readonly random: Random
  private readonly warned = new Set<Unanswered>()

  constructor(
    private readonly spec: DeviceSpec,
    private readonly deps: AnswersDeps,
  ) {
    this.random = createRandom(deps.seed, `answers/${spec.clientId}`)
  }

  /** Requests whose answers are still to come. */
  get pending(): number {
    return this.waiting
  }

  heard(request: Request): void {
    for (const answer of this.spec.group.answers ?? []) {
      const filter = fillTemplate(answer.on, this.spec)
      if (topicMatches(sharedFilter(filter)?.filter ?? filter, request.topic)) this.begin(answer, request)
    }
  }

  private begin(answer: AnswerConfig, request: Request): void {
    if (this.isTooMany()) this.warn('answers-too-many', request.topic)
    else if (request.payload.length > MAX_REQUEST) this.warn('answer-too-long', request.topic)
    else {
      const nowMs = this.deps.clock.now()
      const delayMs = createDelay(answer.delay).delayMs({
        nowMs,
        delay: this.random,
        delayAgain: this.random,
      })
      this.waiting++
      this.deps.clock.schedule(delayMs, () => {
        this.waiting--
        this.give(answer, request)
      })
    }
  }

  private isTooMany(): boolean {
    const nowMs = this.deps.clock.now()
    if (nowMs - this.secondMs >= 1000) {
      this.secondMs = nowMs
      this.inSecond = 0
    }
    return this.waiting >= MAX_PENDING || ++this.inSecond > MAX_PER_SECOND
  }

  private give({ set, reply }: AnswerConfig, request: Request): void {
    const { spec } = this
    const context: MessageContext = {
      clientId: spec.clientId,
      group: spec.group.name,
      index: spec.index,
      sequence: 0,
      atMs: this.deps.clock.now(),
      state: spec.state,
      request,
    }
    if (set && !this.change(set, context)) this.warn('answer-too-long', request.topic)
    if (reply) this.reply(reply, request, context)
  }

  /** All new values are read from the old ones. @returns false when one is too long, and stays as it was */
  private change(set: NonNullable<AnswerConfig['set']>, context: MessageContext): boolean {
    const state = this.spec.state
    const made = Object.entries(set).map(([name, value]): [string, StateValue | null] => {
      if (typeof value === 'object') return [name, (Number(state?.get(name)) || 0) + value.add]
      if (typeof value !== 'string') return [name, value]
      const text = fillText(value, context, this.random)
      return [name, text !== null && text.length <= MAX_STATE_TEXT ? text : null]
    })
    for (const [name, value] of made) if (value !== null) state?.set(name, value)
    return made.every(([, value]) => value !== null)
  }

  private reply(reply: NonNullable<AnswerConfig['reply']>, request: Request, context: MessageContext): void {
    const { spec, deps } = this
    const asked = request.properties
    const wanted = asked?.responseTopic ?? (reply.topic && fillTemplate(reply.topic, spec))
    if (wanted === undefined) {
      this.warn('answer-no-response-topic', request.topic)
      return
    }
    const topic = asked?.responseTopic ?? fillText(wanted, context, this.random)
    if (topic === null || !isValidTopic(topic)) {
      this.warn('answer-no-topic', topic ?? request.topic)
      return
    }
    const sequence = deps.nextSequence()
    const numbered = { ...context, sequence }
    const payload = fillText(reply.payload, numbered, this.random)
    if (payload === null) {
      this.warn('answer-too-long', request.topic)
      return
    }
    const message = buildMessage(() => payload, numbered, reply.identity, spec.group.protocol)
    const correlationData = asked?.correlationData
    const properties = {
      ...(correlationData && { correlationData }),
      ...(message.userProperties && { userProperties: message.userProperties }),
    }
    const { qos, retain } = reply
    deps.send(offer(spec, { topic, qos }, message, sequence, context.atMs), {
      qos,
      retain,
      ...(qos > 0 && { cbStorePut: deps.onStored }),
      ...(spec.group.protocol === 5 && { properties }),
    })
  }

  private warn(why: Unanswered, about: string): void {
    if (this.warned.has(why)) return
    this.warned.add(why)
    this.deps.warn(why, about)
  }
}
