/** Bytes a variable byte integer takes (MQTT 3.1.1 table 2.4). */
export function varintLength(value: number): number {
  return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4
}

/** Writes a variable byte integer and returns where it ends. */
export function encodeVarint(b: Buffer, at: number, value: number): number {
  let left = value
  do {
    const low = left % 128
    left = Math.floor(left / 128)
    b[at++] = left > 0 ? low | 0x80 : low
  } while (left > 0)
  return at
}
