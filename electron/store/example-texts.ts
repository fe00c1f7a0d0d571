import ja from '../../examples/texts/ja.json'
import ko from '../../examples/texts/ko.json'
import zh from '../../examples/texts/zh.json'
import type { ExampleTexts } from '../contract/example-texts'
import type { Language } from '../contract/languages'

/** Names of the examples in each language but that of their files. */
export const EXAMPLE_TEXTS: Partial<Record<Language, ExampleTexts>> = { ja, ko, zh }
