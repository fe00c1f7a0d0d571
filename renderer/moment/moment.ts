import type { Lane, SequenceInput } from '../canvas/sequence/types'

/** A moment as its page carries it: what the diagram showed, without the run it came from. */
export interface Moment {
  version: 1
  lang: 'en' | 'ko'
  theme: 'dark' | 'light'
  /** The packets are those of a capture, which does not know of all subscribers. */
  recorded: boolean
  /** Not all packets of that time are among them. */
  partial: boolean
  lanes: readonly Lane[]
  input: SequenceInput
}

/** Where the data stands in the page that the build makes. */
export const SLOT = '<script type="application/json" id="moment">null</script>'

/**
 * The page of a moment, whole in one file.
 * @param page as the build makes it
 * @throws Error when that has no place for data
 */
export function momentPage(page: string, moment: Moment): string {
  if (!page.includes(SLOT)) throw new Error('the page for moments is not as it was built')
  // Nothing that a client sent can end the element.
  const json = JSON.stringify(moment).replaceAll('<', '\\u003c')
  return page.replace(SLOT, () => SLOT.replace('null', () => json))
}
