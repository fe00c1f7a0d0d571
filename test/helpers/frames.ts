import { Packet, type Frame } from '../../electron/engine/mqtt/packet'

/** What tests ask a frame that they have no packet of. */
const at4 = (f: Frame): Packet => new Packet(f, 4)

export const frameType = (f: Frame): number => at4(f).type
export const framePacketId = (f: Frame): number => at4(f).packetId
export const frameQos = (f: Frame): 0 | 1 | 2 => at4(f).qos
export const frameDup = (f: Frame): boolean => at4(f).dup
export const withDup = (f: Frame, dup: boolean): Frame => at4(f).withDup(dup).frame
export const payloadOffset = (f: Frame, level: number): number => new Packet(f, level).payloadAt
