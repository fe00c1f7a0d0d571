import type { PacketRow } from '../../electron/contract/model'

/** One packet in the shape of the contract; `part` says what is special about it. */
export function packet(part: Partial<PacketRow> & Pick<PacketRow, 'seq' | 'clientId' | 'type'>): PacketRow {
  return {
    sentMs: 0,
    settledMs: null,
    skippedMs: 0,
    heldMs: 0,
    direction: 'uplink',
    qos: null,
    dup: false,
    retain: false,
    packetId: null,
    bytes: 40,
    topic: null,
    alias: null,
    fate: 'transit',
    reason: null,
    lossPoint: 1,
    segmentLosses: 0,
    altered: null,
    origin: 'endpoint',
    attempt: 1,
    exchange: null,
    journey: null,
    effect: 'none',
    refusal: null,
    resends: null,
    answers: null,
    ...part,
  }
}
