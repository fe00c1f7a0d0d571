/** The bytes cannot be an MQTT packet; the connection must end (MQTT 3.1.1 section 4.8). */
export class MalformedPacketError extends Error {
  override readonly name = 'MalformedPacketError'
}

/** The packet is larger than the receiver takes (MQTT 5.0 section 3.1.2.11.4). Sizes in bytes. */
export class PacketTooLargeError extends MalformedPacketError {
  constructor(size: number, maxBytes: number) {
    super(`packet of ${size} bytes is over the limit of ${maxBytes}`)
  }
}
