import type { TopicView } from '@contract/api'
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
  const closed = page.rows.filter((r) => r.branch && !r.open)
  const wanted =
    view.filter !== ''
      ? closed.filter((r) => branchMayMatch(view.filter, r.path))
      : page.totalTopics <= OPEN_ALL_BELOW
        ? closed.filter((r) => !r.path.startsWith('$'))
        : []
  return wanted.slice(0, Math.max(0, MAX_OPEN - view.open.length)).map((r) => r.path)
}
