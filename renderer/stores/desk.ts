import { DESK_RECEIVED, type DeskMessage, type DeskReceived, type DeskState, type Published, type PublishSource, type TestClientConfig } from '@contract/desk' // prettier-ignore
import { quoteValue } from '@contract/query-terms'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { useLink } from '../api'
import { useFocus } from './focus'
import { useLog } from './log'

/** What became of the message that was published last. */
export type Outcome =
  | { kind: 'none' }
  /** Its first packet has not been seen yet; `waitsFor` names a publisher that is not connected. */
  | { kind: 'sent'; waitsFor: string | null }
  /** Nothing was sent: nobody is subscribed. */
  | { kind: 'nobody' }
  | { kind: 'drawn' }

/** Looks at the capture, four per second, after which a message of the broker has no packet. */
const LOOKS = 8
/** Packets of the topic among which the message is looked for: others may publish there. */
const ROWS = 20

/** Looks for the first packet of what was published, whose message the focus then follows. */
function useExchange() {
  const link = useLink()
  const log = useLog()
  const focus = useFocus()
  const outcome = shallowRef<Outcome>({ kind: 'none' })
  let looked: { clientId: string | null; filter: string; after: number; left: number } | null = null
  let asking = false

  async function look(): Promise<void> {
    const what = looked
    if (what === null || asking) return
    asking = true
    try {
      const { journeys } = await link.api.queryPackets({
        filter: what.filter,
        after: what.after,
        limit: ROWS,
      })
      const journey = journeys.find((j) => j.publisher === what.clientId)?.id ?? null
      if (looked !== what) return
      if (journey === null) {
        if (--what.left > 0) return
        outcome.value = { kind: 'nobody' }
      } else {
        focus.open({ kind: 'message', journey })
        outcome.value = { kind: 'drawn' }
      }
      looked = null
    } catch (thrown) {
      looked = null
      log.fail(thrown)
    } finally {
      asking = false
    }
  }
  function forget(): void {
    looked = null
    outcome.value = { kind: 'none' }
  }
  function follow({ clientId, after, waits }: Published, topic: string): Promise<void> {
    const client = clientId === null ? '' : `client:${quoteValue(clientId)} dir:up `
    looked = {
      clientId,
      filter: `${client}type:PUBLISH topic:${quoteValue(topic)}`,
      after,
      left: clientId === null ? LOOKS : Infinity,
    }
    outcome.value = { kind: 'sent', waitsFor: waits ? clientId : null }
    return look()
  }
  link.on('status', () => void look())
  link.on('packets', (b) => b.restarted && forget())
  return { outcome, follow, forget }
}

/** The publish desk: what was published from it, its test client, and what that received. */
export const useDesk = defineStore('desk', () => {
  const link = useLink()
  const log = useLog()
  const exchange = useExchange()
  const open = ref(false)
  /** Who publishes; a device by its client identifier. */
  const from = ref<'broker' | 'test-client' | 'device'>('broker')
  const device = ref('')
  const state = shallowRef<DeskState | null>(null)
  const received = shallowRef<readonly DeskReceived[]>([])

  /** Opens the desk, as a device where one is named. */
  function show(clientId?: string): void {
    open.value = true
    if (clientId === undefined) return
    from.value = 'device'
    device.value = clientId
  }

  const source = (): PublishSource => (from.value === 'device' ? { clientId: device.value } : from.value)

  /** @throws ApiError where it cannot be published */
  async function publish(message: Omit<DeskMessage, 'from'>): Promise<void> {
    exchange.forget()
    const published = await link.api.publish({ ...message, from: source() })
    await Promise.all([exchange.follow(published, message.topic), load()])
  }

  async function load(): Promise<void> {
    const last = received.value.at(-1)?.n ?? 0
    // Asked again with the next tick where the engine is away.
    const now = await link.api.getDesk({ after: last }).catch(() => null)
    if (!now) return
    // Another run, or another test client, numbers its messages from 1 again.
    const begun = now.total < last
    if (begun) received.value = []
    else if (now.received.length > 0)
      received.value = [...received.value.filter((m) => m.n <= last), ...now.received].slice(
        -DESK_RECEIVED.messages,
      )
    state.value = now
  }

  /** @throws ApiError where it cannot be so */
  async function setClient(config: TestClientConfig | null): Promise<void> {
    await link.api.setTestClient({ config })
    if (config === null) received.value = []
    await load()
  }
  async function endRepeat(): Promise<void> {
    await log.attempt(() => link.api.endRepeat({}))
    await load()
  }

  return {
    open,
    from,
    device,
    state,
    received,
    outcome: exchange.outcome,
    show,
    publish,
    load,
    setClient,
    endRepeat,
  }
})
