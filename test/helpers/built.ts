import { ensureBuilt } from '../../scripts/build-once.mjs'

/** The tests that start the program start what users start: the build. */
export default function setup(): Promise<void> {
  return ensureBuilt(console.log)
}
