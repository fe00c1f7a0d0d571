import type { Language } from '../../contract/languages'

/** Texts of a built-in lesson in a language that its own file does not hold, by the identifiers of that file. */
export interface LessonTexts {
  title: string
  tag?: string
  text: string[]
  question: string
  choose?: string
  /** By option. */
  options: Record<string, string>
  /** By variant. */
  variants?: Record<string, { name?: string; headline?: string; why: string[] }>
  /** Of a live lesson. */
  why?: string[]
}

type Node = Record<string, unknown>
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

/** A lesson file with further texts beside its own: { en, ko } becomes { en, ko, ja }. Pure. */
export function withTexts(file: unknown, texts: object, language: Language): unknown {
  if (!isNode(file)) return file
  const added = Object.entries(texts).map(([key, text]: [string, unknown]) => {
    const own = file[key]
    if (Array.isArray(own) && isNode(text))
      return [key, own.map((o: Node) => withItem(o, text[String(o['id'])], language))]
    return [key, isNode(own) ? { ...own, [language]: text } : own]
  })
  return { ...file, ...(Object.fromEntries(added) as Node) }
}

/** An option has one text, a variant several. */
function withItem(item: Node, text: unknown, language: Language): unknown {
  if (typeof text === 'string') return withTexts(item, { text }, language)
  return isNode(text) ? withTexts(item, text, language) : item
}
