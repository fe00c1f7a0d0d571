/**
 * JSON as it was sent, laid out line by line. The text is cut into its tokens and never made again from values: a number
 * keeps its digits (1688888483063664642, 127.0, 1e3, -0), an object its order and its repeated keys.
 */

/** A value as it stands in the text. */
export interface JsonNode {
  /** Text of a scalar; `{` or `[` of the others. */
  text: string
  /** Null for a scalar. `key` is the text of the member's name, quotes included; '' in an array. */
  members: { key: string; value: JsonNode }[] | null
  /** The text ended before the value did. */
  cut: boolean
}

const TOKEN = /[\t\n\r ]*(?:([{}[\],:])|("(?:[^"\\]+|\\[^]?)*"?)|([^\s{}[\],:"]+))/y
/** Scalars that are not strings. A text that is cut off may end in the midst of one. */
const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/
const wholeString = (text: string): boolean => {
  try {
    return typeof JSON.parse(text) === 'string'
  } catch {
    return false
  }
}

interface Open {
  node: JsonNode
  close: '}' | ']'
  /** Name of the member whose value comes next; null where a name, a comma or the end comes. */
  key: string | null
  /** What may come: the first member or the end, a member, a colon, a value, a comma or the end. */
  wants: 'first' | 'member' | 'colon' | 'value' | 'next'
}

/**
 * Reads JSON text without making values of it.
 * @param cut the text is the beginning of a longer one: its last values may be incomplete
 * @returns null when it is not JSON
 */
export function readJson(text: string, cut = false): JsonNode | null {
  const stack: Open[] = []
  let root: JsonNode | null = null
  TOKEN.lastIndex = 0
  let at = 0
  for (;;) {
    TOKEN.lastIndex = at
    const found = TOKEN.exec(text)
    if (!found) break
    at = TOKEN.lastIndex
    const token = found[1] ?? found[2] ?? found[3] ?? ''
    const last = at >= text.length
    const top = stack.at(-1)
    if (root !== null && !top) return null
    if (found[1] !== undefined && '}],:'.includes(token)) {
      if (!top || !punctuation(top, token, stack)) return null
      continue
    }
    const node = nodeOf(found, token, cut && last)
    if (!node || !place(node, token, top)) return null
    root ??= node
    if (node.members) stack.push({ node, close: token === '{' ? '}' : ']', key: null, wants: 'first' })
  }
  if (text.slice(at).trim() !== '' || root === null) return null
  if (stack.length > 0 && !cut) return null
  // the beginning of a word says nothing
  if (root.members === null && root.cut) return null
  for (const open of stack) open.node.cut = true
  return root
}

function nodeOf(found: RegExpExecArray, token: string, mayBeCut: boolean): JsonNode | null {
  if (found[1] !== undefined) return { text: token, members: [], cut: false }
  const whole = found[2] !== undefined ? wholeString(token) : SCALAR.test(token)
  if (!whole && !mayBeCut) return null
  // more digits may follow
  return { text: token, members: null, cut: !whole || (mayBeCut && /^-?\d/.test(token)) }
}

/** Closes, or goes on after a name or a member. */
function punctuation(top: Open, token: string, stack: Open[]): boolean {
  if (token === top.close && (top.wants === 'first' || top.wants === 'next')) {
    stack.pop()
    return true
  }
  if (token === ',' && top.wants === 'next') {
    top.wants = 'member'
    return true
  }
  if (token !== ':' || top.wants !== 'colon') return false
  top.wants = 'value'
  return true
}

/** Puts a value, or the name of one, where it belongs. */
function place(node: JsonNode, token: string, top: Open | undefined): boolean {
  if (!top) return true
  const expectsMember = top.wants === 'first' || top.wants === 'member'
  if (top.close === '}' && expectsMember) {
    if (node.members !== null || !token.startsWith('"')) return false
    top.key = token
    top.wants = 'colon'
    return true
  }
  if (top.close === '}' ? top.wants !== 'value' : !expectsMember) return false
  top.node.members?.push({ key: top.key ?? '', value: node })
  top.key = null
  top.wants = 'next'
  return true
}

/** One line of JSON laid out, and what stood there in the message before. */
export interface JsonLine {
  depth: number
  /** Member name with quotes as it was sent, or ''. */
  key: string
  /** Scalar as it was sent, or an opening or closing bracket. */
  value: string
  bracket: boolean
  comma: boolean
  /** The scalar of the message before where it differs; null where it is the same or nothing is known. */
  was: string | null
  /** The message before had no such member. */
  added: boolean
}

/** Lines that are laid out; a page of more is slow and nobody reads it. */
const MAX_LINES = 2000
const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text)

/** What is still to be written: a value with its counterpart in the message before, or the end of one. */
type Task =
  | {
      value: JsonNode
      before: JsonNode | undefined
      known: boolean
      key: string
      depth: number
      comma: boolean
    }
  | { end: '}' | ']'; depth: number; comma: boolean }

/** Members of the message before by name; the n-th of a repeated name stands for the n-th. */
function counterparts(before: JsonNode | undefined, of: JsonNode): (JsonNode | undefined)[] | null {
  const members = of.members ?? []
  if (before?.text !== of.text || !before.members) return null
  if (of.text === '[') return members.map((_, i) => before.members?.[i]?.value)
  const byKey = new Map<string, JsonNode[]>()
  for (const m of before.members) byKey.set(m.key, [...(byKey.get(m.key) ?? []), m.value])
  return members.map((m) => byKey.get(m.key)?.shift())
}

function open(task: Extract<Task, { value: JsonNode }>): Task[] {
  const { value, before, known, depth, comma } = task
  const members = value.members ?? []
  const same = known ? counterparts(before, value) : null
  const rest = members.map((m, i): Task => ({
    value: m.value,
    before: same?.[i],
    known: same !== null,
    key: m.key,
    depth: depth + 1,
    comma: i < members.length - 1,
  }))
  return value.cut ? rest : [...rest, { end: value.text === '{' ? '}' : ']', depth, comma }]
}

/**
 * Lays JSON out and notes what changed since the message before.
 * @param before undefined for no message before, or one that is not JSON
 * @returns the first 2,000 lines, and how many there are besides
 */
export function jsonLines(
  value: JsonNode,
  before: JsonNode | undefined,
): { lines: JsonLine[]; more: number } {
  const lines: JsonLine[] = []
  let more = 0
  const tasks: Task[] = [{ value, before, known: before !== undefined, key: '', depth: 0, comma: false }]
  const put = (line: JsonLine): void => {
    if (lines.length < MAX_LINES) lines.push(line)
    else more++
  }
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    if ('end' in task) {
      const { end, depth, comma } = task
      put({ depth, key: '', value: end, bracket: true, comma, was: null, added: false })
      continue
    }
    const { value: v, before: b, known, key, depth, comma } = task
    const base = { depth, key, added: known && b === undefined }
    if (v.members === null) {
      const was = known && b !== undefined && b.text !== v.text ? wasText(b) : null
      put({ ...base, value: v.cut ? `${v.text}…` : v.text, bracket: false, comma, was })
    } else if (v.members.length === 0 && !v.cut) {
      const value = v.text === '{' ? '{}' : '[]'
      put({ ...base, value, bracket: true, comma, was: null })
    } else {
      put({ ...base, value: v.text, bracket: true, comma: false, was: null })
      tasks.push(...open(task).reverse())
    }
  }
  return { lines, more }
}

const wasText = (b: JsonNode): string => {
  if (b.members === null) return shorten(b.text)
  if (b.members.length === 0) return b.text === '{' ? '{}' : '[]'
  return b.text === '{' ? '{…}' : '[…]'
}
