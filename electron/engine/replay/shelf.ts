import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import { ApiError } from '../../contract/errors'
import type { Note } from '../../contract/model'
import { printable } from '../../contract/printable'
import { replayedFiles } from '../../contract/replay'
import type { Scenario } from '../../contract/scenario'
import { codeOf } from '../base/atomic-file'
import { note } from '../base/notes'
import type { Recordings } from '../simulation/fleet/recorded'
import type { Collected, Room } from './collector'
import { readRecording } from './read'
import { RecordingError } from './reader'

const CHUNK_BYTES = 256 * 1024
/** Largest file that is read, in bytes. */
const MAX_FILE = 1_073_741_824
/** What all recordings of a scenario may hold. */
const ROOM: Readonly<Room> = { messages: 200_000, bytes: 67_108_864 }

const WHY: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a folder, not a file',
  EACCES: 'is not readable: permission denied',
}

/**
 * The recordings that one scenario plays. They are files in the folder of the scenario file or below, read when the scenario
 * is opened and when a publish begins to name one.
 */
export class Shelf implements Recordings {
  private files = new Map<string, Collected>()

  /** @param folder of the scenario file; null for a scenario that is in none */
  constructor(public folder: string | null) {}

  /** @throws ApiError `unavailable` for one that was not read */
  get(file: string): Collected {
    const found = this.files.get(file)
    if (!found) throw new ApiError('unavailable', `${printable(file)}: this run plays no recordings`)
    return found
  }

  /**
   * Reads what is not read yet, and forgets what the scenario names no more.
   * @returns what cannot be played, for the log
   * @throws ApiError `bad-scenario` for a file that cannot be read or is no recording; nothing has changed then
   */
  async read(scenario: Pick<Scenario, 'groups'>): Promise<Note[]> {
    const files = new Map<string, Collected>()
    const notes: Note[] = []
    const room = { ...ROOM }
    for (const [file, where] of replayedFiles(scenario.groups)) {
      const known = this.files.get(file)
      const read = known ?? (await this.readFile(file, where, room))
      files.set(file, read)
      room.messages -= read.messages.length
      room.bytes -= read.messages.reduce((n, m) => n + m.payload.length, 0)
      if (!known) notes.push(...notesOf(file, read))
    }
    this.files = files
    return notes
  }

  private async readFile(file: string, where: string, room: Room): Promise<Collected> {
    const fail = (why: string): never => {
      const found = printable(file)
      throw new ApiError('bad-scenario', `${where}: ${found} ${why}`, [{ path: where, found, expected: why }])
    }
    try {
      const path = await this.pathOf(file)
      const found = await stat(path)
      if (!found.isFile()) throw new RecordingError('is not a file')
      if (found.size > MAX_FILE)
        throw new RecordingError(`is larger than ${MAX_FILE} bytes; keep a part of it`)
      const parts = createReadStream(path, {
        highWaterMark: CHUNK_BYTES,
        end: MAX_FILE,
      }) as AsyncIterable<Buffer>
      return await readRecording(parts, room)
    } catch (thrown) {
      if (thrown instanceof RecordingError) return fail(thrown.message)
      const code = codeOf(thrown)
      if (code === '') throw thrown
      return fail(WHY[code] ?? code)
    }
  }

  private async pathOf(file: string): Promise<string> {
    if (this.folder === null)
      throw new RecordingError(
        'cannot be found, because the scenario has no folder here: open the scenario file itself, or save it first',
      )
    const path = await realpath(join(this.folder, file))
    const within = relative(await realpath(this.folder), path)
    if (isAbsolute(within) || within.startsWith('..'))
      throw new RecordingError('lies outside the folder of the scenario file')
    return path
  }
}

function notesOf(file: string, { messages, notKept, beyond }: Collected): Note[] {
  const all = messages.length + notKept + beyond
  const values = { file: printable(file), all }
  const notes: Note[] = []
  if (notKept > 0)
    notes.push(
      note(
        'replay-not-kept',
        '{file}: {count} of {all} messages cannot be played, because their topic or payload is incomplete in the file',
        { ...values, count: notKept },
      ),
    )
  if (beyond > 0)
    notes.push(
      note(
        'replay-beyond',
        '{file}: {count} of {all} messages are left out: a recording may have at most 200,000 messages and 64 MiB of payload',
        {
          ...values,
          count: beyond,
        },
      ),
    )
  if (all === 0) notes.push(note('replay-empty', '{file}: there is no message to play', values))
  return notes
}
