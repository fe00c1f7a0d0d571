/** MQTT control packet types by their number on the wire (MQTT 3.1.1 table 2.1, 5.0 table 2-1). */
export const PACKET_TYPES = [
  'RESERVED',
  'CONNECT',
  'CONNACK',
  'PUBLISH',
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'SUBSCRIBE',
  'SUBACK',
  'UNSUBSCRIBE',
  'UNSUBACK',
  'PINGREQ',
  'PINGRESP',
  'DISCONNECT',
  'AUTH',
] as const

/** Name of an MQTT control packet type. */
export type PacketType = (typeof PACKET_TYPES)[number]

/** The packets of a PUBLISH handshake: the ones a radio link loses unless told to lose all. */
export const HANDSHAKE_TYPES = ['PUBLISH', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP'] as const
export type HandshakeType = (typeof HANDSHAKE_TYPES)[number]

/** Quality of service level (MQTT 3.1.1 section 4.3). */
export type QoS = 0 | 1 | 2

/** MQTT protocol level: 3 is 3.1, 4 is 3.1.1, 5 is 5.0. */
export type ProtocolLevel = 3 | 4 | 5

/** Uplink is client to broker, downlink broker to client. */
/** What the network did to a packet besides losing it: this is a second copy, or one bit of it was turned over. */
export type Alteration = 'duplicate' | 'corrupt'

export type Direction = 'uplink' | 'downlink'
