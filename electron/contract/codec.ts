import { Packr, REUSE_BUFFER_MODE } from 'msgpackr/pack'
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

/** Most messages fit in here; room for a longer one is made for it alone. */
const SCRATCH_BYTES = 256 * 1024
const scratch = packr.pack(new Uint8Array(SCRATCH_BYTES), REUSE_BUFFER_MODE)

/**
 * Encodes a value of plain data; Uint8Array stays binary. The bytes have a buffer of their own and of their length: a port
 * copies all of the buffer that a view is of, which after one long message would be that long for every short one.
 */
export const encode = (value: unknown): Uint8Array => {
  packr.useBuffer(scratch)
  return new Uint8Array(packr.pack(value))
}

/** @throws Error when the bytes are not one MessagePack value */
export const decode = (bytes: Uint8Array): unknown => unpackr.unpack(bytes)
