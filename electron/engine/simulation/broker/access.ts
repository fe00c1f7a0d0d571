import { topicMatches } from '../../../contract/topics'
import { timingSafeEqual } from 'node:crypto'
import type { BrokerOptions, BrokerUser } from './types'
import type { Connect } from './wire/connect'

/** What one client may do. */
export interface Permissions {
  mayPublish(topic: string): boolean
  maySubscribe(filter: string): boolean
}

/** `$SYS` is the broker's own: nobody else publishes there (MQTT 3.1.1 section 4.7.2). */
const isSystem = (topic: string): boolean => topic === '$SYS' || topic.startsWith('$SYS/')

const EVERYTHING: Permissions = {
  mayPublish: (topic) => !isSystem(topic),
  maySubscribe: () => true,
}

/**
 * True when every topic that `asked` matches is matched by `allowed` too.
 * Both are valid filters.
 */
export function filterCovers(allowed: string, asked: string): boolean {
  const a = allowed.split('/')
  const b = asked.split('/')
  // A leading wildcard does not reach topics that begin with $ [MQTT-4.7.2-1].
  if (asked.startsWith('$') && (a[0] === '+' || a[0] === '#')) return false
  for (let i = 0; i < a.length; i++) {
    if (a[i] === '#') return true
    if (i >= b.length || b[i] === '#') return false
    if (a[i] !== '+' && a[i] !== b[i]) return false
  }
  return a.length === b.length
}

function permissionsOf(user: BrokerUser): Permissions {
  return {
    mayPublish: (topic) => !isSystem(topic) && user.publish.some((f) => topicMatches(f, topic)),
    maySubscribe: (filter) => user.subscribe.some((f) => filterCovers(f, filter)),
  }
}

/** A bridge such as mosquitto's also says that it is up, retained and as its will. */
const ofBridge = ({ mayPublish, maySubscribe }: Permissions): Permissions => ({
  mayPublish: (topic) => mayPublish(topic) || /^\$SYS\/broker\/connection\/[^/]+\/state$/.test(topic),
  maySubscribe,
})

export type Login =
  | { ok: true; permissions: Permissions }
  /** `return code` 4 is bad user name or password, 5 not authorized (3.1.1 table 3.1). */
  | { ok: false; returnCode: 4 | 5 }

/** What is left of `permissions` when some topics are refused to everyone. */
function without(refuse: NonNullable<BrokerOptions['refuse']>, permissions: Permissions): Permissions {
  return {
    mayPublish: (topic) =>
      permissions.mayPublish(topic) && !refuse.publish.some((f) => topicMatches(f, topic)),
    maySubscribe: (filter) =>
      permissions.maySubscribe(filter) && !refuse.subscribe.some((f) => filterCovers(f, filter)),
  }
}

/** Users and what they may do. Without users everyone may do everything but write to `$SYS`. */
export class Access {
  private readonly users: Map<string, BrokerUser> | null

  constructor(
    users: readonly BrokerUser[] | undefined,
    private readonly refuse?: BrokerOptions['refuse'],
  ) {
    this.users = users === undefined ? null : new Map(users.map((u) => [u.username, u]))
  }

  /** The application's own devices need no password. */
  ofDevice(): Permissions {
    return this.but(EVERYTHING)
  }

  private but(permissions: Permissions): Permissions {
    return this.refuse === undefined ? permissions : without(this.refuse, permissions)
  }

  login(connect: Pick<Connect, 'username' | 'password' | 'bridge'> | null): Login {
    const { username = null, password = null, bridge = false } = connect ?? {}
    const allow = (p: Permissions): Login => ({ ok: true, permissions: this.but(bridge ? ofBridge(p) : p) })
    if (this.users === null) return allow(EVERYTHING)
    if (username === null) return { ok: false, returnCode: 5 }
    const user = this.users.get(username)
    // Compared against something in any case, so that the time does not tell which names exist.
    const right = sameBytes(Buffer.from(user?.password ?? '', 'utf8'), password ?? Buffer.alloc(0))
    if (user === undefined || !right) return { ok: false, returnCode: 4 }
    return allow(permissionsOf(user))
  }
}

function sameBytes(a: Buffer, b: Buffer): boolean {
  const size = Math.max(a.length, b.length, 1)
  const pad = (x: Buffer) => Buffer.concat([x, Buffer.alloc(size - x.length)])
  return timingSafeEqual(pad(a), pad(b)) && a.length === b.length
}
