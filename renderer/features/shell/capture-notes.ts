import { readSaid, type SaidLine, type SaidPatterns } from '../../i18n/said'

const N = String.raw`(?<n>[\d,]+)`
const note = (rest: string): RegExp => new RegExp(`^${rest}$`, 'u')

/** Notes of a capture's report by the end of their text's key `recording.said.…`. */
const PATTERNS: SaidPatterns = [
  ['damage', note(String.raw`Read up to (?<what>.*)\.`)],
  ['cutOff', note(String.raw`The file ends inside its last record, which is left out\.`)],
  ['missing', note(String.raw`${N} bytes? of MQTT connections (?:was|were) sent and not captured\.`)],
  ['unread', note(String.raw`${N} bytes? of MQTT connections in the file (?:was|were) not read: .*`)],
  ['late', note(String.raw`${N} bytes? came after what follows them was acknowledged, .*`)],
  ['noConnect', note(String.raw`${N} connections? at port 1883 without a CONNECT in the file: .*`)],
  ['fragments', note(String.raw`${N} IP fragments? with TCP (?:was|were) left out: .*`)],
  ['linkType', note(String.raw`${N} frames? of link type (?<type>\S+) (?:was|were) not read: .*`)],
  ['tlsOthers', note(String.raw`${N} connections? with TLS cannot be read: (?<who>.*) and others\.`)],
  ['tls', note(String.raw`${N} connections? with TLS cannot be read: (?<who>.*)\.`)],
  ['noMqtt', note(String.raw`No MQTT was found in ${N} TCP connections?\.`)],
  ['kept', note(String.raw`Timeline and lists hold the last (?<kept>[\d,]+) of (?<seen>[\d,]+) packets; .*`)],
]

/** A note of the engine taken apart, so that the page can say it in its language; null for one it does not know. */
export const readNote = (line: string): SaidLine | null => readSaid(PATTERNS, line)
