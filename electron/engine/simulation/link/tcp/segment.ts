/** A piece of the stream as it was sent: bytes `from` up to but not including `to`. */
export interface Segment {
  readonly from: number
  to: number
  /** Ms of its last transmission. */
  sentMs: number
  /** It has been sent more than once. */
  repeated: boolean
  /** The receiver has it (selective acknowledgement, RFC 2018). */
  sacked: boolean
  /** Taken for lost. */
  lost: boolean
  /** Taken for lost and sent again since. */
  again: boolean
}

/** What a receiver says with every segment. */
export interface Acknowledgement {
  /** All bytes before this one have arrived. */
  readonly upTo: number
  /** Stretches behind `upTo` that have arrived. */
  readonly blocks: readonly (readonly [from: number, to: number])[]
  /** When the segment was sent that brought the last progress (timestamp echo, RFC 7323 4.3). */
  readonly echoMs: number
  /** The segment that is answered had arrived before (RFC 2883). */
  readonly duplicate: boolean
}
