import type { Alteration } from '../../../contract/packet'
import type { ExchangeVerdict, Fate, LossReason, PacketEffect } from '../../../contract/model'

/** Column values of the tables: the position of each word in its list. */
export const FATES: readonly Fate[] = ['transit', 'held', 'delivered', 'lost']
export const ALTERED: readonly (Alteration | null)[] = [null, 'duplicate', 'corrupt']
export const REASONS: readonly (LossReason | null)[] = [null, 'model', 'rule', 'step', 'cut', 'reset']
const EFFECTS: readonly PacketEffect[] = [
  'none',
  'passed-on',
  'stored',
  'discarded',
  'delivered',
  'duplicate',
]

/** From here on an effect is the reason code of a refused PUBLISH (5.0 section 3.4.2.1), and its name `refused`. */
export const REFUSED = 0x80

export const effectOf = (code: number): PacketEffect =>
  code >= REFUSED ? 'refused' : (EFFECTS[code] ?? 'none')
export const VERDICTS: readonly ExchangeVerdict[] = [
  'open',
  'complete',
  'lost',
  'gave-up',
  'abandoned',
  'refused',
]

export const Fated = { transit: 0, held: 1, delivered: 2, lost: 3 } as const
export const Effect = { none: 0, passedOn: 1, stored: 2, discarded: 3, delivered: 4, duplicate: 5 } as const
export const Verdict = { open: 0, complete: 1, lost: 2, gaveUp: 3, abandoned: 4, refused: 5 } as const

/** Direction of a packet or an exchange. */
export const UP = 0
export const DOWN = 1
