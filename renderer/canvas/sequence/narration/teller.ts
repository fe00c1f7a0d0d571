import type { Happening } from './happening'

/** The sentences of one language; `*` marks what is set in bold. */
export interface Teller {
  tell: Record<Happening['kind'], (h: Happening) => string>
  finish: (text: string) => string
}
