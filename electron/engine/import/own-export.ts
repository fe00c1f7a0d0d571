import type { LossCause } from '../mqtt/transit'

/** What the comment on a packet says in a file that this program wrote, see `observe/capture/pcapng`. */
export interface Remark {
  /** The packet was put in by the export and never sent. */
  placeholder: boolean
  lost: { cause: LossCause | null; point: number } | null
  onItsWay: boolean
  /** How long it took, ms; 0 where the file does not say. */
  tookMs: number
  /** Bytes at its end that are not what was sent. */
  missing: number
}

const CAUSES: readonly [text: string, cause: LossCause][] = [
  ['by the loss model', 'model'],
  ['by a rule', 'rule'],
  ['in step mode', 'step'],
  ['which was cut', 'cut'],
  ['which was reset', 'reset'],
]

/** Reads the comment of a packet of so many bytes. */
export function readRemark(comment: string, size: number): Remark {
  const lost = /lost(.*?) after (\d+) ?% of the way/.exec(comment)
  const missing = Number(/(\d+) bytes were not captured/.exec(comment)?.[1] ?? 0)
  const how = lost?.[1] ?? ''
  return {
    placeholder: comment.startsWith('not captured: added'),
    lost: lost && {
      cause: CAUSES.find(([text]) => how.includes(text))?.[1] ?? null,
      point: Math.min(1, Number(lost[2]) / 100),
    },
    tookMs: Number(/arrived after (\d+\.\d{3}) ms/.exec(comment)?.[1] ?? 0),
    onItsWay: comment.includes('still in transit'),
    missing: Math.min(missing, size - 2),
  }
}
