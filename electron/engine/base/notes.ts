import type { Note } from '../../contract/model'

/** A sentence for people; `{name}` in the English text stands for a value. */
export function note(key: string, text: string, values: Record<string, string | number> = {}): Note {
  return { key, values, text: text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all)) }
}
