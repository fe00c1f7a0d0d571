import { Packr } from 'msgpackr/pack'
import { Unpackr } from 'msgpackr/unpack'

/**
 * The one binary codec of every channel: MessagePack with records. The names of a kind of object stand once in each
 * message, not with each object: a batch of packets is less than half as long. Nothing is kept from message to message.
 */
const options = {
  useRecords: true,
  copyBuffers: true,
  int64AsType: 'number',
} as const
const packr = new Packr(options)
const unpackr = new Unpackr(options)

/** Encodes a value of plain data; Uint8Array stays binary. */
export const encode = (value: unknown): Uint8Array => packr.pack(value)

/** @throws Error when the bytes are not one MessagePack value */
export const decode = (bytes: Uint8Array): unknown => unpackr.unpack(bytes)
