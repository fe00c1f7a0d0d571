import type { Note } from '../contract/model'
import { note } from '../engine/base/notes'
import { JsonFile } from './json-file'
import { KINDS, type WindowPlace } from './kinds'

/** Where the window was last, and the way to keep where it is. A place that cannot be read or kept is no loss. */
export async function openPlace(
  folder: string,
  log: (level: 'warn', about: Note) => void,
): Promise<{ last: WindowPlace | null; keep: (place: WindowPlace) => void; idle: () => Promise<void> }> {
  const told = (why: string): void =>
    log('warn', note('window-place', 'The window position could not be saved or restored: {why}', { why }))
  const file = new JsonFile<WindowPlace | null>(folder, KINDS.window, {
    now: () => Date.now(),
    onCorrupt: (_file, keptAs, why) => told(`${why}, kept as ${keptAs}`),
  })
  return {
    last: await file.read(),
    keep: (place) => void file.write(place).catch((thrown: unknown) => told(String(thrown))),
    idle: () => file.idle(),
  }
}
