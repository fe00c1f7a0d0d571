import { lessonSchema, type Lesson } from '../../contract/lesson'
import publishSubscribe from './data/publish-subscribe.json'
import topicsWildcards from './data/topics-wildcards.json'
import qos0 from './data/qos-0.json'
import qos1 from './data/qos-1-lost-puback.json'
import qos2 from './data/qos-2.json'
import radioOrTcp from './data/radio-or-tcp.json'
import retainedAndWill from './data/retained-and-will.json'
import sessions from './data/sessions.json'
import pythonClient from './data/python-client.json'

/** In the order in which they are taught. Imported, so that the built application has them without a file. */
const FILES = [
  publishSubscribe,
  topicsWildcards,
  qos0,
  qos1,
  qos2,
  radioOrTcp,
  retainedAndWill,
  sessions,
  pythonClient,
]

let parsed: readonly Lesson[] | null = null

/** The lessons that come with the application. */
export function builtInLessons(): readonly Lesson[] {
  parsed ??= FILES.map((f) => lessonSchema.parse(f))
  return parsed
}
