import { ApiError } from '../../contract/errors'
import type { FilePart } from '../../contract/model'
import type { Scenario } from '../../contract/scenario'
import type { Steps } from '../base/slices'
import { MAX_KEPT_SCENARIO } from '../mqtt/kept-run'
import type { LongWork } from './long-work'
import type { SessionEngine } from './session-engine'

/** A file that is made part by part. */
interface Parts {
  next(): Steps<FilePart>
}

/** The capture file that one page is reading; a new one ends the one before. */
export class ExportFile {
  private file: Parts | null = null
  private sent = 0

  constructor(private readonly long: LongWork) {}

  /** Begins a file and makes its first part. */
  begin(file: Parts): Promise<FilePart> {
    this.file = file
    this.sent = 0
    return this.part(file)
  }

  /**
   * Makes the part that follows.
   * @param from bytes of the file that the page has
   * @throws ApiError `conflict` when the file has no part that begins there
   */
  async go(from: number): Promise<FilePart> {
    const file = this.file
    if (!file || from !== this.sent) throw new ApiError('conflict', `the export has no part at byte ${from}`)
    return this.part(file)
  }

  private async part(file: Parts): Promise<FilePart> {
    const part = await this.long.run(() => file.next())
    this.long.made(part.bytes.length)
    if (this.file !== file) throw new ApiError('conflict', 'another export has begun')
    this.sent += part.bytes.length
    if (part.done) this.file = null
    return part
  }
}

/** The open scenario as a kept run carries it. @throws ApiError `conflict` where there is no run, or too much to carry */
export function keptScenario(recording: SessionEngine['recording'], scenario: Scenario): string {
  if (recording)
    throw new ApiError('conflict', `the recorded capture ${recording.name} is open; close it first`)
  const json = JSON.stringify(scenario)
  if (json.length > MAX_KEPT_SCENARIO)
    throw new ApiError(
      'conflict',
      `the scenario has ${json.length} characters and a kept run has room for ${MAX_KEPT_SCENARIO}; export the packets and save the scenario instead`,
    )
  return json
}
