import type { Duplex } from 'node:stream'
import type { BrokerLimitName } from '../../../contract/broker-limits'
import { Packet, type Frame } from '../../mqtt/packet'
import type { PacketPort, PortReceiver } from '../../mqtt/port'
import { FrameSplitter } from '../../mqtt/splitter'
import type { Clock, Timer } from '../clock/clock'
import type { Kept } from './kept'
import { logMessages } from './log-messages'
import { Output } from './output'
import { Share, type Turns } from './turns'

/** Real ms in which the other side reads the last bytes and closes too, before the stream is cut. */
const LINGER_MS = 200

/** Packets of one client that are handled in one turn, and the real ms after which no further one is begun. */
const TURN_PACKETS = 64
const TURN_MS = 1

/** Bytes read at once, at most, that are handled before others' where the client is a light one. */
const LIGHT_BYTES = 4096

/** What reading costs besides, in real ms: memory for a chunk, copying it, and freeing it (measured: 0.1 ms for 64 KiB). */
const READ_MS_PER_BYTE = 0.1 / 65_536

/** How an HTTP request begins, which no CONNECT does. */
const HTTP_REQUEST = /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE) /
const LONGEST_METHOD = 'OPTIONS '.length
/** What a browser shows; the line in the log is for whoever runs the broker. */
const HTTP_ANSWER = `HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${logMessages.browser().text}\n`

/** Part of the limit on unread output above which nothing more is read from the client. */
const CHOKE = 0.75
/** Up to this many unread bytes, a client is never stopped, however much all clients have. */
const LITTLE = 65_536
/** The client makes the broker keep more than it may: unread answers, or packets that are never whole. */
export class TooMuchKeptError extends Error {
  override readonly name = 'TooMuchKeptError'

  /** @param limit the one that was reached */
  constructor(readonly limit: BrokerLimitName) {
    super(logMessages.quota(limit).text)
  }
}

/** A browser came to a port that speaks MQTT. */
export class HttpRequestError extends Error {
  override readonly name = 'HttpRequestError'
}

/**
 * The broker's end of a socket: cuts its bytes into packets, writes packets, and closes without losing the last.
 * Of what a client sends, a turn's worth is handled at once; the rest waits, and nothing more is read meanwhile, so
 * that a flood of one client's packets costs the others one turn each time.
 */
export class SocketPort implements PacketPort {
  receiver: PortReceiver | null = null
  level = 4
  /** Nothing has been read yet. */
  private fresh = true
  private readonly splitter: FrameSplitter
  private readonly maxBytes: number
  /** What was read and is not taken apart yet. */
  private rest: Buffer | null = null
  /** Length of what was read last. */
  private chunkBytes = 0
  /** The rest takes turns. */
  private inRing = false
  /** What was read last took more than one turn: what comes next takes turns from the start. */
  private heavy = false
  private readonly share = new Share()
  private paused = false
  /** It takes too little of what it is sent: nothing is read from it meanwhile. */
  private choked = false
  private stalled: Timer | undefined
  /** Something was taken since the last look. */
  private took = false
  private readonly output: Output
  /** What follows on what has left takes a turn. */
  private drainedWaits = false
  /** Tells that the client has gone, once the rest is handled. */
  private farewell: (() => void) | null = null
  /** This client's part of `kept.halfRead`. */
  private halfRead = 0
  private closing = false
  /** What is read after the end waits for its turn. */
  private discarding = false
  /** Packets handled in this turn, and when it ends. */
  private handled = 0
  private untilMs = 0

  /**
   * @param maxBytes longer packets are malformed
   * @param realClock times the linger
   * @param turns with the other clients' work
   * @param kept counts what is unread and half read; null counts nothing and sets no limits
   */
  constructor(
    private readonly stream: Duplex,
    maxBytes: number,
    private readonly realClock: Clock,
    private readonly turns: Turns,
    private readonly kept: Kept | null = null,
  ) {
    this.maxBytes = maxBytes
    this.splitter = new FrameSplitter(Math.min(maxBytes, kept?.limits.connectBytes ?? maxBytes))
    this.output = new Output(stream, kept, () => this.taken())
    const ended = (): void => this.receiver?.ended()
    stream.on('data', (chunk: Buffer) => this.read(chunk))
    stream.on('drain', () => this.drained())
    stream.on('error', (e: Error) => this.left(() => this.receiver?.failed(e)))
    stream.on('end', () => this.left(ended))
    stream.on('close', () => {
      this.realClock.cancel(this.stalled)
      // There is nobody left who should take what waits first.
      this.choked = false
      this.left(ended)
    })
  }

  get bufferedBytes(): number {
    return this.output.bytes
  }

  get gone(): boolean {
    return this.stream.destroyed
  }

  /** The packets of one turn leave together. */
  send(frame: Frame): void {
    this.output.send(frame)
  }

  pause(): void {
    this.paused = true
    this.stream.pause()
  }

  resume(): void {
    this.paused = false
    this.readOn()
  }

  /**
   * The client has gone. What it sent before is handled first: a stream tells its end as soon as the last of it was handed
   * over, and here that may still wait for its turn.
   */
  private left(tell: () => void): void {
    if (this.rest === null) {
      this.tallyRead(0)
      tell()
      return
    }
    this.farewell ??= tell
    if (!this.stopped) this.takeTurns()
  }

  private readOn(): void {
    if (this.stopped) return
    if (this.rest === null) this.stream.resume()
    else this.takeTurns()
  }

  /** Nothing is read from the client, since it takes too little of what it is sent. */
  get choking(): boolean {
    return this.choked
  }

  private get stopped(): boolean {
    return this.paused || this.choked
  }

  close(): void {
    const { stream } = this
    this.output.flush()
    this.closing = true
    this.rest = this.farewell = null
    this.tallyRead(0)
    // A half-read stream would answer the peer with a reset and take the last packet with it.
    stream.resume()
    if (stream.destroyed) return
    // A client that is still sending gets to read the last packet before it sees a reset.
    stream.end(() => {
      if (stream.readableEnded) stream.destroy()
    })
    const timer = this.realClock.schedule(LINGER_MS, () => stream.destroy())
    stream.once('close', () => this.realClock.cancel(timer))
  }

  private read(chunk: Buffer): void {
    if (this.closing) {
      this.discard(chunk.length)
      return
    }
    const first = this.fresh
    this.fresh = false
    if (first && HTTP_REQUEST.test(chunk.toString('latin1', 0, LONGEST_METHOD))) {
      this.output.send(Buffer.from(HTTP_ANSWER))
      this.receiver?.failed(new HttpRequestError())
      return
    }
    this.chunkBytes = chunk.length
    this.rest = this.rest === null ? chunk : Buffer.concat([this.rest, chunk])
    if (this.inRing || (!this.heavy && this.turns.mayServe(this.shareOf(this.rest)) && !this.serve())) return
    this.stream.pause()
    this.takeTurns()
  }

  /**
   * What comes after the end is read, as far as that goes within `LINGER_MS`, so that the last packet arrives; others' work
   * comes between.
   */
  private discard(bytes: number): void {
    // A broker that ends has nobody else to work for.
    if (this.discarding || this.turns.isStopped) return
    this.discarding = true
    this.stream.pause()
    this.turns.add(() => {
      this.discarding = false
      if (this.stream.destroyed) return false
      this.turns.charge(bytes * READ_MS_PER_BYTE)
      this.stream.resume()
      return false
    })
  }

  /** Handles what was just read, as far as it goes. True while there is more of it. */
  private serve(): boolean {
    const beganMs = this.realClock.now()
    const more = this.turn()
    this.turns.served(this.realClock.now() - beganMs)
    return more
  }

  private takeTurns(): void {
    if (this.inRing) return
    this.inRing = true
    const share = this.shareOf(this.rest)
    this.turns.add(() => {
      const more = this.turn()
      this.heavy = more || this.handled >= TURN_PACKETS
      this.inRing = more && !this.stopped
      if (this.rest === null && !this.stopped) {
        this.turns.charge(this.chunkBytes * READ_MS_PER_BYTE)
        this.stream.resume()
      }
      if (this.rest === null && this.farewell !== null) this.left(this.farewell)
      return this.inRing
    }, share)
  }

  /** Where much was read at once the client is none of the light ones, however little it took before. */
  private shareOf(rest: Buffer | null): Share | undefined {
    return (rest?.length ?? 0) <= LIGHT_BYTES ? this.share : undefined
  }

  /** Handles some packets of the rest. True while there is more of it. */
  private turn(): boolean {
    const chunk = this.rest
    if (chunk === null || this.stopped) return chunk !== null
    this.handled = 0
    const beganMs = this.realClock.now()
    this.untilMs = beganMs + TURN_MS
    try {
      const at = this.splitter.push(chunk, this.take, this.more)
      if (this.rest !== null) this.rest = at < chunk.length ? chunk.subarray(at) : null
    } catch (thrown) {
      this.rest = null
      this.receiver?.failed(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }
    this.limit()
    const nowMs = this.realClock.now()
    this.share.took(nowMs - beganMs, nowMs)
    return this.rest !== null
  }

  private readonly more = (): boolean =>
    !this.closing && !this.stopped && ++this.handled < TURN_PACKETS && this.realClock.now() < this.untilMs

  private readonly take = (frame: Frame): void => {
    // The first is CONNECT, for which less is allowed.
    this.splitter.maxBytes = this.maxBytes
    this.receiver?.packet(new Packet(frame, this.level))
    this.choke()
  }

  /** Stops reading while too much of what was sent to the client is still here. */
  private choke(): void {
    const { kept } = this
    if (kept === null || this.choked || this.closing) return
    const { bytes } = this.output
    if (bytes <= LITTLE || (bytes <= kept.limits.unreadBytes * CHOKE && kept.mayWrite(bytes))) return
    this.choked = true
    this.stream.pause()
    this.watch()
  }

  /** A client that is not read from and takes nothing of what waits for it is either gone or hostile. */
  private watch(): void {
    const timeoutMs = this.kept?.limits.unreadTimeout ?? 0
    if (timeoutMs === 0) return
    this.took = false
    this.stalled = this.realClock.schedule(timeoutMs, () => {
      if (this.took) this.watch()
      else this.receiver?.failed(new TooMuchKeptError('unreadTimeout'))
    })
  }

  /**
   * Everything has left, so more can follow. That is work for this client like what it sends: long messages to some must not
   * be made one after the other while others wait.
   */
  private drained(): void {
    if (this.drainedWaits) return
    if (this.turns.mayServe(this.share)) this.turns.served(this.follow())
    else this.followSoon(this.share)
  }

  drainSoon(): void {
    if (!this.drainedWaits) this.followSoon()
  }

  private followSoon(share?: Share): void {
    this.drainedWaits = true
    this.turns.add(() => {
      this.drainedWaits = false
      this.follow()
      return false
    }, share)
  }

  /** @returns real ms that it took */
  private follow(): number {
    const beganMs = this.realClock.now()
    this.receiver?.drained()
    const nowMs = this.realClock.now()
    this.share.took(nowMs - beganMs, nowMs)
    return nowMs - beganMs
  }

  private taken(): void {
    this.took = true
    const { kept } = this
    const { bytes } = this.output
    if (bytes === 0) this.drained()
    if (!this.choked || kept === null) return
    if (bytes > LITTLE && bytes > (kept.limits.unreadBytes * CHOKE) / 2) return
    this.choked = false
    this.realClock.cancel(this.stalled)
    this.readOn()
  }

  /** Counts what is half read, and ends who has too much of it while all have. */
  private limit(): void {
    const bytes = this.closing ? 0 : this.splitter.heldBytes + (this.rest?.length ?? 0)
    const grows = bytes > this.halfRead
    if (bytes === this.halfRead) return
    this.tallyRead(bytes)
    if (grows && this.splitter.heldBytes > 0 && this.kept?.mayRead(bytes) === false)
      this.receiver?.failed(new TooMuchKeptError('halfReadBytesInAll'))
  }

  private tallyRead(bytes: number): void {
    if (this.kept !== null) this.kept.halfRead += bytes - this.halfRead
    this.halfRead = bytes
  }
}
