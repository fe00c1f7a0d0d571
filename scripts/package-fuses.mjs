import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'

const ON = '1'.charCodeAt(0)
/** Of electron-builder's, but no fuse of a binary for Linux. */
const NO_FUSE = 'resetAdHocDarwinSignature'

/**
 * Compares every fuse of a binary with what is configured; resolves to a line about how many there are.
 * @throws Error that names the first that differs
 */
export async function checkFuses(executable, configured) {
  const wire = await getCurrentFuseWire(executable)
  const fuses = Object.entries(configured).filter(([name]) => name !== NO_FUSE)
  for (const [name, wanted] of fuses) {
    const index = FuseV1Options[name[0].toUpperCase() + name.slice(1)]
    if (index === undefined || (wire[index] === ON) !== wanted)
      throw new Error(`fuse ${name} is not ${wanted}`)
  }
  return `${fuses.length} fuses as configured`
}
