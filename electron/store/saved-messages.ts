import type { SavedMessage } from '../contract/desk'
import { JsonFile, type StoreDeps } from './json-file'
import { KINDS } from './kinds'

/** The messages of the publish desk that the user keeps. */
export class SavedMessages {
  list: SavedMessage[] = []
  private readonly file: JsonFile<SavedMessage[]>

  constructor(folder: string, store: StoreDeps) {
    this.file = new JsonFile<SavedMessage[]>(folder, KINDS.messages, store)
  }

  async load(): Promise<void> {
    this.list = (await this.file.read()) ?? []
  }

  /** Keeps these and no others. @throws what the file system throws; the list is then kept until the end of the program */
  save(messages: SavedMessage[]): Promise<void> {
    this.list = messages
    return this.file.write(messages)
  }
}
