import { LANGUAGES, type Language } from '../../contract/languages'
import { lessonSchema, type Lesson } from '../../contract/lesson'
import publishSubscribe from './data/publish-subscribe.json'
import topicsWildcards from './data/topics-wildcards.json'
import qos0 from './data/qos-0.json'
import qos1LostPuback from './data/qos-1-lost-puback.json'
import qos2 from './data/qos-2.json'
import radioOrTcp from './data/radio-or-tcp.json'
import qos1Cut from './data/qos-1-cut.json'
import laterOrNever from './data/later-or-never.json'
import retainedAndWill from './data/retained-and-will.json'
import sessions from './data/sessions.json'
import takeover from './data/takeover.json'
import keepAlive from './data/keep-alive.json'
import sessionExpiry from './data/session-expiry.json'
import messageExpiry from './data/message-expiry.json'
import sharedSubscriptions from './data/shared-subscriptions.json'
import requestResponse from './data/request-response.json'
import flowControl from './data/flow-control.json'
import topicAlias from './data/topic-alias.json'
import disconnectAndWill from './data/disconnect-and-will.json'
import pythonClient from './data/python-client.json'
import { japanese } from './data/ja'
import { chinese } from './data/zh'
import { withTexts, type LessonTexts } from './texts'

/** In the order in which they are taught, by part. Imported, so that the built application has them without a file. */
const FILES = [
  publishSubscribe,
  topicsWildcards,
  qos0,
  qos1LostPuback,
  qos2,
  radioOrTcp,
  qos1Cut,
  laterOrNever,
  retainedAndWill,
  sessions,
  takeover,
  keepAlive,
  sessionExpiry,
  messageExpiry,
  sharedSubscriptions,
  requestResponse,
  flowControl,
  topicAlias,
  disconnectAndWill,
  pythonClient,
]

let parsed: readonly Lesson[] | null = null

const TEXTS: Partial<Record<Language, Record<string, LessonTexts>>> = { ja: japanese, zh: chinese }

/** The file with its texts of all languages. */
function inAllLanguages(file: { id: string }): unknown {
  let all: unknown = file
  for (const language of LANGUAGES) all = withTexts(all, TEXTS[language]?.[file.id] ?? {}, language)
  return all
}

/** The lessons that come with the application. */
export function builtInLessons(): readonly Lesson[] {
  parsed ??= FILES.map((f) => lessonSchema.parse(inAllLanguages(f)))
  return parsed
}
