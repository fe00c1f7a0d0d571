import type { EngineApi, TopicView } from '@contract/api'
import type { TopicPage } from '@contract/model'

/** Whether some topic below a branch could be matched, so that the branch is not dimmed. */
export function branchMayMatch(filter: string, path: string): boolean {
  const f = filter.split('/')
  const t = path.split('/')
  if (path.startsWith('$') && (f[0] === '+' || f[0] === '#')) return false
  for (let i = 0; i < t.length; i++) {
    if (f[i] === '#') return true
    if (f[i] === undefined) return false
    if (f[i] !== '+' && f[i] !== t[i]) return false
  }
  return true
}

/** A tree up to this many topics comes up open. */
const OPEN_ALL_BELOW = 60
/** Branches that open by themselves at most, so that # does not unfold 50,000 topics. */
const MAX_OPEN = 150

/** Closed branches of a page that open by themselves: those that lead to a match, or all of a small tree. */
export function toUnfold(page: TopicPage, view: Pick<TopicView, 'filter' | 'open'>): string[] {
  const known = new Set(view.open)
  const closed = page.rows.filter((r) => r.branch && !r.open && !known.has(r.path))
  const wanted =
    view.filter !== ''
      ? closed.filter((r) => branchMayMatch(view.filter, r.path))
      : page.totalTopics <= OPEN_ALL_BELOW
        ? closed.filter((r) => !r.path.startsWith('$'))
        : []
  return wanted.slice(0, Math.max(0, MAX_OPEN - view.open.length)).map((r) => r.path)
}

/** Which branches are open: those the user opened, and those that open by themselves until the user touches one. */
export class Unfolding {
  private byItself = true
  /** The branches as the user left them, while the wildcard tester shows others. */
  private before: string[] | null = null

  wanted(page: TopicPage, view: TopicView): string[] {
    return this.byItself ? toUnfold(page, view) : []
  }

  /** Closing a branch closes what is below it. */
  byUser(view: TopicView, path: string, open: boolean): Pick<TopicView, 'open'> {
    this.byItself = false
    const others = view.open.filter((p) => p !== path && (open || !p.startsWith(`${path}/`)))
    return { open: open ? [...others, path] : others }
  }

  /** Another filter; without one the tree is as it was before. */
  byFilter(view: TopicView, filter: string): Pick<TopicView, 'open' | 'filter'> {
    this.byItself = filter !== ''
    if (filter !== '') {
      this.before ??= view.open
      return { filter, open: view.open }
    }
    const open = this.before ?? view.open
    this.before = null
    return { filter, open }
  }
}

/** Rows asked for at once, and at most, while a match is looked for. */
const SCAN_ROWS = 500
const MAX_SCANNED = 20_000

/**
 * Row of the first topic the view's filter matches, looked for page by page from the top; null when there is none in so
 * many rows. Ends when the view changes meanwhile. Leaves the engine watching the page it looked at last.
 */
export async function findFirstMatch(
  api: Pick<EngineApi, 'watchTopics'>,
  now: () => TopicView,
): Promise<number | null> {
  const view = now()
  if (view.filter === '') return null
  for (let offset = 0; offset < MAX_SCANNED && now() === view; offset += SCAN_ROWS) {
    const found = await api.watchTopics({ ...view, offset, limit: SCAN_ROWS }).catch(() => null)
    const at = found?.rows.findIndex((r) => r.matched) ?? -1
    if (at >= 0) return offset + at
    if (!found || offset + SCAN_ROWS >= found.totalRows) return null
  }
  return null
}
