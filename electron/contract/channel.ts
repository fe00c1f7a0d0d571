/** Carries whole binary messages both ways, in order. The only thing the two hosts have to provide. */
export interface Channel {
  send(message: Uint8Array): void
  /** One listener; messages that arrive before it is set are kept. */
  onMessage(listener: (message: Uint8Array) => void): void
  /** Called once, whoever closed. Called at once if it is closed already. */
  onClose(listener: () => void): void
  close(): void
  /** Bytes handed to `send` that have not left yet; 0 where the transport cannot tell. */
  bufferedBytes(): number
}

/** Keeps what arrives before there is a listener, and tells of the end once: the part all channels share. */
export class ChannelInbox {
  private listener: ((m: Uint8Array) => void) | null = null
  private waiting: Uint8Array[] = []
  private closeListeners: (() => void)[] = []
  private closed = false

  deliver(message: Uint8Array): void {
    if (this.closed) return
    if (this.listener) this.listener(message)
    else this.waiting.push(message)
  }

  onMessage(listener: (m: Uint8Array) => void): void {
    this.listener = listener
    for (const m of this.waiting.splice(0)) listener(m)
  }

  onClose(listener: () => void): void {
    if (this.closed) listener()
    else this.closeListeners.push(listener)
  }

  /** True the first time. */
  end(): boolean {
    if (this.closed) return false
    this.closed = true
    for (const f of this.closeListeners.splice(0)) f()
    return true
  }
}

const later = (f: () => void): void => void Promise.resolve().then(f)

/** Two ends joined in memory; messages cross in a microtask, as a real transport would not deliver inside `send`. */
export function createMemoryChannels(): [Channel, Channel] {
  const inboxes: [ChannelInbox, ChannelInbox] = [new ChannelInbox(), new ChannelInbox()]
  const end = (own: ChannelInbox, other: ChannelInbox): Channel => ({
    send: (m) => later(() => other.deliver(m)),
    onMessage: (f) => own.onMessage(f),
    onClose: (f) => own.onClose(f),
    close: () => {
      own.end()
      later(() => other.end())
    },
    bufferedBytes: () => 0,
  })
  return [end(inboxes[0], inboxes[1]), end(inboxes[1], inboxes[0])]
}
