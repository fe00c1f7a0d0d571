import { ProtocolError, Reason } from './protocol-error'

/** Whether a topic name or filter, or its UTF-8 bytes, has more levels than `limit`, which is at least 1. */
export function hasTooManyLevels(text: string | Buffer, limit: number): boolean {
  // Each level but the last ends with a slash and takes a character at least.
  if (text.length < limit) return false
  let levels = 1
  for (let at = text.indexOf('/'); at >= 0; at = text.indexOf('/', at + 1)) {
    if (++levels > limit) return true
  }
  return false
}

/** @throws ProtocolError when a topic name has more levels than `limit` */
export function checkLevels(what: string, topic: string, limit: number): void {
  if (!hasTooManyLevels(topic, limit)) return
  throw new ProtocolError(`${what} has more than ${limit} levels`, Reason.TOPIC_NAME)
}
