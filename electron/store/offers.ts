import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { ApiError } from '../contract/errors'
import { printable } from '../contract/printable'
import { readScenarioText } from './recent'

/** A scenario file that was read. */
export interface OfferedFile {
  name: string
  path: string | null
  text: string
}

/** Files given to the program that the page has not opened yet; the page names them by an id, never by a path. */
export class Offers {
  private readonly files = new Map<string, OfferedFile>()

  /**
   * @param tell told of each file that can be opened
   * @param refuse gets what was thrown when one cannot
   */
  constructor(
    private readonly tell: (id: string, name: string) => void,
    private readonly refuse: (thrown: unknown) => void,
  ) {}

  async path(path: string): Promise<void> {
    await this.give(async () => ({ name: basename(path), path, text: await readScenarioText(path) }))
  }

  async give(read: () => Promise<OfferedFile>): Promise<void> {
    try {
      const file = await read()
      const id = randomBytes(8).toString('hex')
      this.files.set(id, file)
      this.tell(id, printable(file.name))
    } catch (thrown) {
      this.refuse(thrown)
    }
  }

  /** Keeps a file that was taken and could not be opened yet under the same id. */
  keep(id: string, file: OfferedFile): void {
    this.files.set(id, file)
  }

  /** @throws ApiError `not-found` */
  take(id: string): OfferedFile {
    const file = this.files.get(id)
    if (!file) throw new ApiError('not-found', 'that file was not offered, or has already been opened')
    this.files.delete(id)
    return file
  }
}
