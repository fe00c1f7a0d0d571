import { onScopeDispose, shallowRef } from 'vue'

/** Something the user can do by key or from the command palette. */
export interface Command {
  id: string
  /** Key of its text. */
  title: string
  /** Key of the part of the page it belongs to, a heading in the shortcut list. */
  section: string
  /** As `Ctrl+Z`, `Shift+?` or `D`; Ctrl is Command on a Mac. Absent: palette only. */
  keys?: string
  /** Works while a text field has the focus too. @default only with Ctrl */
  inFields?: boolean
  enabled?: () => boolean
  /** Not there at all, e.g. in a profile that does without it: not in the list of shortcuts either. */
  hidden?: () => boolean
  run: () => unknown
}

const registered = shallowRef<readonly Command[]>([])

/** Commands of what is on the screen now. */
export const commands = registered

/** Adds commands for as long as the component lives. */
export function useCommands(list: readonly Command[]): void {
  registered.value = [...registered.value, ...list]
  onScopeDispose(() => {
    registered.value = registered.value.filter((c) => !list.includes(c))
  })
}

/** True where a key writes text. */
function isField(target: EventTarget | null): boolean {
  const at = target as Partial<HTMLInputElement> | null
  if (at?.isContentEditable === true || at?.tagName === 'TEXTAREA') return true
  return at?.tagName === 'INPUT' && at.type !== 'checkbox'
}

/** The spelling of a key event as commands write it. */
export function keysOf(
  e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): string {
  const key = e.key === ' ' ? 'Space' : e.key.length === 1 ? e.key.toUpperCase() : e.key
  const shift = e.shiftKey && (key.length > 1 || /[A-Z]/.test(key))
  return [e.ctrlKey || e.metaKey ? 'Ctrl' : '', e.altKey ? 'Alt' : '', shift ? 'Shift' : '', key]
    .filter((p) => p !== '')
    .join('+')
}

/** Runs the command of a key event; the latest one registered wins. True when there was one. */
export function handleKey(e: KeyboardEvent): boolean {
  if (e.defaultPrevented || e.isComposing) return false
  const keys = keysOf(e)
  const field = isField(e.target)
  const found = registered.value.findLast(
    (c) => c.keys === keys && (c.enabled?.() ?? true) && (!field || (c.inFields ?? keys.startsWith('Ctrl+'))),
  )
  if (!found) return false
  e.preventDefault()
  found.run()
  return true
}
