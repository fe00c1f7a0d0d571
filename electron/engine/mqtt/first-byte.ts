import type { QoS } from '../../contract/packet'

/*
 * The first byte of a packet: its type and flags (MQTT 3.1.1 sections 2.2.1, 2.2.2 and 3.3.1). These are the only readers
 * of it: packet views, counters that keep nothing else, tables of what was captured and the load generator all call them.
 */

/** DUP flag of a PUBLISH. */
export const DUP = 0x08

/** Packet type number, 0 to 15. */
export const typeOf = (first: number): number => first >> 4

export const isDup = (first: number): boolean => (first & DUP) !== 0

/** QoS of a PUBLISH; 3 is malformed and never comes out of a checked stream [MQTT-3.3.1-4]. */
export const qosOf = (first: number): QoS => ((first >> 1) & 3) as QoS

/** RETAIN flag of a PUBLISH. */
export const isRetained = (first: number): boolean => (first & 0x01) !== 0
