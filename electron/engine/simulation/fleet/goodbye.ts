/** DISCONNECT without a property or reason. */
export const DISCONNECT = Buffer.from([0xe0, 0x00])
/** The one of MQTT 5 that asks for the will all the same (5.0 section 3.14.2.1: reason 0x04). */
export const DISCONNECT_WITH_WILL = Buffer.from([0xe0, 0x01, 0x04])
