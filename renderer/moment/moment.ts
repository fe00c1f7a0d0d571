import type { Language } from '@contract/languages'
import type { Lane, SequenceInput } from '../canvas/sequence/types'
import type { Texts } from '../i18n/define'

/** A moment as its page carries it: what the diagram showed, without the run it came from. */
export interface Moment {
  version: 1
  lang: Language
  /** Texts of that language when the page for moments has them not. */
  texts: Texts | null
  theme: 'dark' | 'light'
  /** The packets are those of a capture, which does not know of all subscribers. */
  recorded: boolean
  /** Not all packets of that time are among them. */
  partial: boolean
  lanes: readonly Lane[]
  input: SequenceInput
}

/** First keys of the texts that the page for moments needs. */
export const MOMENT_TEXTS = ['common', 'link', 'qos', 'term', 'handshakes'] as const

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
