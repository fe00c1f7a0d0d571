import { describe, expect, it } from 'vitest'
import { readMarkdown, titleOf } from '../../../renderer/features/shell/markdown'

describe('the guides as blocks', () => {
  it('reads headings, paragraphs, lists, code and tables', () => {
    const blocks = readMarkdown(
      '# Guide\n\nOne **line**\nand [another](x.md).\n\n- first\n- second `code`\n  goes on\n\n```\na  b\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n![picture](x.png)\n',
    )
    expect(blocks).toEqual([
      { kind: 'heading', level: 1, text: 'Guide' },
      { kind: 'text', text: 'One line and another.' },
      { kind: 'item', text: 'first' },
      { kind: 'item', text: 'second code goes on' },
      { kind: 'code', text: 'a  b' },
      { kind: 'table', rows: [['a', 'b'], ['1', '2']] }, // prettier-ignore
    ])
    expect(titleOf(blocks, 'docs/x.md')).toBe('Guide')
    expect(titleOf([], '../../../docs/x.md')).toBe('x')
  })
})
