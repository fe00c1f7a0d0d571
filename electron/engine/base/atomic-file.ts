import * as fs from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ApiError } from '../../contract/errors'
import { note } from './notes'

/** The few operations on files that writing needs; tests give their own to fail on purpose. */
export type FileSystem = Pick<typeof fs, 'open' | 'rename' | 'rm' | 'mkdir' | 'realpath' | 'stat'>

let counter = 0

/** The system's code of a failure such as ENOENT, or an empty text. */
export const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''

/**
 * Writes a file whole or not at all: into a new file beside it, which takes its name once it is on the disk. Whatever
 * the name led to before is untouched when anything fails. A pipe or a device is written to directly.
 * @throws what the file system throws; nothing half-written stays
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array,
  io: FileSystem = fs,
): Promise<void> {
  const target = await realTarget(path, io)
  if (target.special) {
    const handle = await io.open(target.path, 'w')
    await handle.writeFile(content).finally(() => handle.close())
    return
  }
  const folder = dirname(target.path)
  const part = join(folder, `.${basename(target.path)}.${process.pid}.${counter++}.part`)
  try {
    const handle = await io.open(part, 'wx', target.mode)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await io.rename(part, target.path)
  } catch (thrown) {
    await io.rm(part, { force: true }).catch(() => undefined /* the first failure is the one to tell */)
    throw thrown
  }
  await syncFolder(folder, io)
}

/**
 * Tries what `writeAtomically` will do there, without writing anything.
 * @throws what the file system throws
 */
export async function canWrite(path: string, io: FileSystem = fs): Promise<void> {
  const target = await realTarget(path, io)
  if (target.special) return
  if (target.folder) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' })
  const part = join(dirname(target.path), `.${basename(target.path)}.${process.pid}.${counter++}.part`)
  const handle = await io.open(part, 'wx')
  await handle.close()
  await io.rm(part, { force: true })
}

interface Target {
  path: string
  mode: number
  special: boolean
  folder: boolean
}

/** Follows links, so that a link stays one; keeps the rights of a file that is there. */
async function realTarget(path: string, io: FileSystem): Promise<Target> {
  try {
    const real = await io.realpath(path)
    const found = await io.stat(real)
    return {
      path: real,
      mode: found.mode & 0o777,
      special: !found.isFile() && !found.isDirectory(),
      folder: found.isDirectory(),
    }
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw thrown
    return { path, mode: 0o666, special: false, folder: false }
  }
}

/** After a power cut the new name is there only if its folder was written too; not every system can do that. */
async function syncFolder(folder: string, io: FileSystem): Promise<void> {
  const handle = await io.open(folder, 'r').catch(() => null)
  if (!handle) return
  await handle.sync().catch(() => undefined)
  await handle.close()
}

const WHY: Record<string, string> = {
  ENOSPC: 'the disk is full; free some space or choose another location',
  EDQUOT: 'your disk quota is used up; free some space or choose another location',
  EACCES: 'permission denied; choose another location',
  EPERM: 'permission denied; choose another location',
  EROFS: 'the disk is read-only; choose another location',
  ENOENT: 'there is no such folder; choose another location',
  EISDIR: 'that is a folder; choose another name',
  ENOTDIR: 'there is a file where its folder should be; choose another location',
  EEXIST: 'there is a file where its folder should be; choose another location',
  EIO: 'the disk failed; choose another location',
}

/** Why a file could not be written, and what can be done. */
export function writeProblem(thrown: unknown): string {
  const code = codeOf(thrown)
  return WHY[code] ?? (code || String(thrown))
}

/** What a person reads about a file that could not be written. */
export function writeFailure(name: string, thrown: unknown): ApiError {
  const values = { name, why: writeProblem(thrown), whyCode: `write-${codeOf(thrown)}` }
  const about = note('file-not-written', '{name} was not written: {why}', values)
  return new ApiError('unavailable', about.text, [], about)
}
