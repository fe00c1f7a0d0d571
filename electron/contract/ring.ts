/** What the engine's ring of packets holds, at a glance: equal parts of the time it spans. */
export interface RingSummary {
  /** Oldest packet kept. */
  firstSeq: number
  /** Number the next packet will get; equal to `firstSeq` when nothing is kept. */
  nextSeq: number
  /** When the oldest and the newest packet were sent, clock ms. */
  fromMs: number
  toMs: number
  /** For each part the number of its first packet; packets of a part without any would begin there. */
  seqs: number[]
  /** Packets sent in each part. */
  packets: number[]
  /** Those of them that were lost. */
  lost: number[]
}
