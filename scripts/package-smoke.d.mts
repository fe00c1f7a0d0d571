/** What a packed command is tried with. */
export interface Trial {
  /** Where the command runs and its files go. */
  folder: string
  version: string
  /** Path of the classroom example. */
  scenario: string
  /** Reads a file of the packed page. */
  packed: (file: string) => Buffer
}
/** Tries version, run, load and serve of a packed command; rejects at the first that fails. */
export function tryCommand(command: string[], trial: Trial): Promise<void>
