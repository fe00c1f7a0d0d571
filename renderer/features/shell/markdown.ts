/** One block of a document, without markup of its own. */
export type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'item'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'table'; rows: string[][] }

const plain = (text: string): string =>
  text
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .replace(/`([^`]+)`/g, '$1')
    .trim()

const cells = (line: string): string[] => line.trim().replace(/^\||\|$/g, '').split(/(?<!\\)\|/).map((c) => plain(c.replaceAll('\\|', '|'))) // prettier-ignore

/** The part of Markdown that the guides of this program use, as blocks to be drawn; never as HTML. */
export function readMarkdown(source: string): Block[] {
  const blocks: Block[] = []
  let code: string[] | null = null
  for (const line of source.split('\n')) {
    if (/^\s*```/.test(line)) {
      if (code) blocks.push({ kind: 'code', text: code.join('\n') })
      code = code ? null : []
    } else if (code) code.push(line)
    else readLine(line, blocks)
  }
  if (code) blocks.push({ kind: 'code', text: code.join('\n') })
  return blocks.filter((b) => !('text' in b) || b.text !== '')
}

function readLine(line: string, blocks: Block[]): void {
  const heading = /^(#{1,6})\s+(.*)/.exec(line)
  const item = /^\s*(?:[-*]|\d+\.)\s+(.*)/.exec(line)
  const last = blocks.at(-1)
  if (heading) blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: plain(heading[2] ?? '') })
  else if (item) blocks.push({ kind: 'item', text: plain(item[1] ?? '') })
  else if (line.trim().startsWith('|')) {
    if (/^[\s|:-]+$/.test(line)) return
    if (last?.kind === 'table') last.rows.push(cells(line))
    else blocks.push({ kind: 'table', rows: [cells(line)] })
  } else if (line.trim() === '') blocks.push({ kind: 'text', text: '' })
  else if ((last?.kind === 'text' && last.text !== '') || last?.kind === 'item')
    last.text = `${last.text} ${plain(line)}`
  else blocks.push({ kind: 'text', text: plain(line) })
}

/** The first heading of a document, or its file's name. */
export function titleOf(blocks: readonly Block[], path: string): string {
  const heading = blocks.find((b) => b.kind === 'heading')
  return heading?.kind === 'heading' ? heading.text : path.replace(/^.*\/|\.md$/g, '')
}
