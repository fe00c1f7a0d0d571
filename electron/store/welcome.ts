import { JsonFile, type StoreDeps } from './json-file'
import { KINDS } from './kinds'

/** What a new user sees first. */
export class Welcome {
  /** It is shown: nothing else was opened since the start, and it was not put away. */
  shown = false
  private readonly file: JsonFile<{ seen: boolean }>

  constructor(folder: string, store: StoreDeps) {
    this.file = new JsonFile<{ seen: boolean }>(folder, KINDS.welcome, store)
  }

  /** @param isNew nothing of the user is kept; who has kept anything was here before there was a welcome */
  async load(isNew: boolean): Promise<void> {
    this.shown = isNew && (await this.file.read())?.seen !== true
  }

  /** It was put away and does not come back. @throws what the file system throws */
  async end(): Promise<void> {
    if (!this.shown) return
    this.shown = false
    await this.file.write({ seen: true })
  }
}
