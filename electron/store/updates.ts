import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isLoopback } from '../contract/loopback'
import type { NewerVersion, UpdateState } from '../contract/workspace'
import { JsonFile, type StoreDeps } from './json-file'
import { KINDS, type UpdateChoice } from './kinds'

const DAY_MS = 86_400_000
const ANSWER_LIMIT_MS = 15_000
const MAX_ANSWER_CHARS = 1_000_000

/** Forbids every look, for a whole school: nothing is asked and nothing is sent. */
const FORBIDDEN = 'FLEETLAB_NO_UPDATE_CHECK'
/** Names another place of the same form, such as a file of the school's own server. */
const OTHER_PLACE = 'FLEETLAB_RELEASES'

/** Where newer versions are announced. */
export interface ReleaseSource {
  /** Answers with what GitHub says of a release: `tag_name`, `html_url`, `draft`, `prerelease`. */
  url: string
  /** What the address of a release begins with; another one is not opened. */
  pages: string
}

/** GitHub's releases of a home page there; null for any other. */
function githubSource(home: string): ReleaseSource | null {
  const [, repository] = /^https:\/\/github\.com\/([\w.-]+\/[\w.-]+)$/.exec(home) ?? []
  return repository === undefined
    ? null
    : { url: `https://api.github.com/repos/${repository}/releases/latest`, pages: `${home}/releases/` }
}

/**
 * Where this program may look for newer versions; null when it may not, or knows no place: a checkout has no home page.
 * @param root folder of the application; the installers' package.json names the home page
 */
export async function releaseSource(root: string, env: NodeJS.ProcessEnv): Promise<ReleaseSource | null> {
  if (![undefined, '', '0'].includes(env[FORBIDDEN])) return null
  const other = env[OTHER_PLACE]
  if (other !== undefined && other !== '') {
    if (!URL.canParse(other)) return null
    const { protocol, hostname, origin } = new URL(other)
    const isSafe = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
    return isSafe ? { url: other, pages: `${origin}/` } : null
  }
  const text = await readFile(join(root, 'package.json'), 'utf8').catch(() => '{}')
  const { homepage } = z.object({ homepage: z.string().optional() }).parse(JSON.parse(text))
  return githubSource(homepage ?? '')
}

const releaseSchema = z.object({
  tag_name: z.string().regex(/^v?\d+\.\d+\.\d+$/),
  html_url: z.url(),
  draft: z.boolean().default(false),
  prerelease: z.boolean().default(false),
})

const numbers = (version: string): number[] => version.replace(/^v/, '').split(/[.-]/).slice(0, 3).map(Number)

/** True when version `a` comes after `b`; both are three numbers. */
export function isNewer(a: string, b: string): boolean {
  const [x, y] = [numbers(a), numbers(b)]
  const at = x.findIndex((n, i) => n !== y[i])
  return at >= 0 && (x[at] ?? 0) > (y[at] ?? 0)
}

export interface UpdatesDeps {
  folder: string
  source: ReleaseSource
  /** The version that runs. */
  version: string
  store: StoreDeps
  fetch(url: string, init: RequestInit): Promise<Response>
  /** Called after every change of the state. */
  onChange(): void
}

/**
 * Knows whether a newer version is there. It looks at most once a day, and only when the user has agreed; nothing is
 * downloaded, and nothing is sent but the request.
 */
export class Updates {
  private choice: UpdateChoice = KINDS.updates.fallback
  private readonly file: JsonFile<UpdateChoice>

  constructor(private readonly deps: UpdatesDeps) {
    this.file = new JsonFile<UpdateChoice>(deps.folder, KINDS.updates, deps.store)
  }

  async load(): Promise<void> {
    this.choice = (await this.file.read()) ?? this.choice
  }

  state(): UpdateState {
    const { lookUp } = this.choice
    return { lookUp, host: new URL(this.deps.source.url).host, newer: this.newer() }
  }

  /** The newer version, null when none is known. */
  newer(): NewerVersion | null {
    const { found, lookUp } = this.choice
    return found && lookUp === 'on' && this.isOurs(found) ? found : null
  }

  /** The user's choice; agreeing looks at once. */
  async choose(on: boolean): Promise<void> {
    await this.change({ lookUp: on ? 'on' : 'off' })
    await this.look()
  }

  /** Looks when the user has agreed and the last look is a day ago; one that fails counts as one. */
  async look(): Promise<void> {
    const nowMs = this.deps.store.now()
    const { lookUp, lookedAtMs } = this.choice
    if (lookUp !== 'on' || (lookedAtMs !== null && Math.abs(nowMs - lookedAtMs) < DAY_MS)) return
    await this.change({ lookedAtMs: nowMs })
    const found = await this.ask().catch(() => null)
    if (found) await this.change({ found })
  }

  private isOurs({ version, url }: NewerVersion): boolean {
    return isNewer(version, this.deps.version) && url.startsWith(this.deps.source.pages)
  }

  /** @throws what goes wrong on the way, and what is wrong with the answer */
  private async ask(): Promise<NewerVersion | null> {
    const answer = await this.deps.fetch(this.deps.source.url, {
      headers: { accept: 'application/json', 'accept-language': '*', 'user-agent': 'mqtt-fleet-lab' },
      credentials: 'omit',
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    })
    if (!answer.ok) return null
    const text = await answer.text()
    if (text.length > MAX_ANSWER_CHARS) return null
    const { tag_name, html_url, draft, prerelease } = releaseSchema.parse(JSON.parse(text))
    return draft || prerelease ? null : { version: tag_name.replace(/^v/, ''), url: html_url }
  }

  /** Where nothing can be kept, what was chosen holds until the end. */
  private async change(patch: Partial<UpdateChoice>): Promise<void> {
    this.choice = { ...this.choice, ...patch }
    this.deps.onChange()
    await this.file.update((now) => ({ ...now, ...patch })).catch(() => undefined)
  }
}
