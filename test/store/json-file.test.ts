import fc from 'fast-check'
import * as fs from 'node:fs/promises'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { writeAtomically, writeFailure, type FileSystem } from '../../electron/engine/base/atomic-file'
import { JsonFile, type FileKind, type StoreDeps } from '../../electron/store/json-file'

let folder = ''
let corrupt: { file: string; keptAs: string; why: string }[] = []
const deps = (io?: StoreDeps['io']): StoreDeps => ({
  now: () => 1234,
  onCorrupt: (file, keptAs, why) => corrupt.push({ file, keptAs, why }),
  ...(io ? { io } : {}),
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetlab-store-'))
  corrupt = []
})
afterEach(() => rm(folder, { recursive: true }))

/** Third version: a list of words; the second had one text, the first a number. */
const kind: FileKind<string[]> = {
  name: 'words',
  version: 3,
  schema: z.array(z.string()),
  fallback: [],
  upgrades: [(n) => `number ${String(n)}`, (text) => String(text).split(' ')],
}
const put = (text: string): Promise<void> => writeFile(join(folder, 'words.json'), text)

/** A disk that has room for so many bytes, then is full. */
function fullDisk(room: number): FileSystem & Pick<typeof fs, 'readFile'> {
  const open = (async (...args: Parameters<typeof fs.open>) => {
    const handle = await fs.open(...args)
    const write = handle.writeFile.bind(handle)
    handle.writeFile = async (data) => {
      const bytes = Buffer.from(data as string)
      await write(bytes.subarray(0, room))
      if (bytes.length > room) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    }
    return handle
  }) as typeof fs.open
  return { ...fs, open }
}

describe('a file that is written whole or not at all', () => {
  it('keeps what was there when the disk is full, and leaves no part behind', async () => {
    const path = join(folder, 'report.json')
    await writeFile(path, 'before')
    const failed = writeAtomically(path, 'x'.repeat(100), fullDisk(10))
    await expect(failed).rejects.toThrow('no space left')
    expect(await readFile(path, 'utf8')).toBe('before')
    expect(await readdir(folder)).toEqual(['report.json'])
    const told = writeFailure('report.json', await failed.catch((e: unknown) => e))
    expect(told).toMatchObject({
      code: 'unavailable',
      message: 'report.json was not written: the disk is full; free some space or choose another location',
    })
  })

  it('writes through a link, which stays one', async () => {
    await writeFile(join(folder, 'real'), 'a')
    await symlink(join(folder, 'real'), join(folder, 'link'))
    await writeAtomically(join(folder, 'link'), 'b')
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe('b')
    expect((await fs.lstat(join(folder, 'link'))).isSymbolicLink()).toBe(true)
  })

  it('writes to a device as it is', async () => {
    await writeAtomically('/dev/null', 'gone')
    expect((await fs.stat('/dev/null')).isFile()).toBe(false)
  })
})

describe('a versioned file', () => {
  it('reads back what was written, whatever it is', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.string()), async (words) => {
        const file = new JsonFile(folder, kind, deps())
        await file.write(words)
        expect(await new JsonFile(folder, kind, deps()).read()).toEqual(words)
      }),
      { numRuns: 25 },
    ))

  it('is brought up from each older version', async () => {
    const file = new JsonFile(folder, kind, deps())
    await put('{"kind":"fleetlab-words","version":1,"data":7}')
    expect(await file.read()).toEqual(['number', '7'])
    await put('{"kind":"fleetlab-words","version":2,"data":"a b"}')
    expect(await file.read()).toEqual(['a', 'b'])
    expect(corrupt).toEqual([])
  })

  it.each([
    ['half a file', '{"kind":"fleetlab-words","vers', /JSON/],
    ['another kind', '{"kind":"fleetlab-settings","version":1,"data":{}}', /fleetlab-settings/],
    ['a newer version', '{"kind":"fleetlab-words","version":9,"data":[]}', /newer MQTT Fleet Lab/],
    ['wrong data', '{"kind":"fleetlab-words","version":3,"data":[1]}', /expected string/],
    ['nothing', '', /JSON/],
  ])('puts %s aside, tells of it once, and begins anew', async (_what, text, why) => {
    await put(text)
    const file = new JsonFile(folder, kind, deps())
    expect(await file.read()).toBeNull()
    expect(await file.read()).toBeNull()
    const keptAs = join(folder, 'words.json.corrupt-1234')
    expect(corrupt).toEqual([{ file: file.path, keptAs, why: expect.stringMatching(why) as string }])
    expect(await readFile(keptAs, 'utf8')).toBe(text)
    expect(await file.update((w) => [...w, 'new'])).toEqual(['new'])
  })

  it('that is broken on a read-only disk says what is wrong with it, stays as it is and is not written over', async () => {
    await put('{"kind":')
    const readOnly = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' })
    const file = new JsonFile(folder, kind, deps({ ...fs, rename: () => Promise.reject(readOnly) }))
    expect(await file.read()).toBeNull()
    expect(corrupt).toEqual([
      { file: file.path, keptAs: file.path, why: expect.stringMatching(/JSON/) as string },
    ])
    await expect(file.update((w) => [...w, 'new'])).rejects.toThrow('read-only')
    expect(await readFile(file.path, 'utf8')).toBe('{"kind":')
  })

  it('loses none of many changes made at once, nor those of a second program', async () => {
    const [a, b] = [new JsonFile(folder, kind, deps()), new JsonFile(folder, kind, deps())]
    await Promise.all(Array.from({ length: 30 }, (_, i) => a.update((w) => [...w, `a${i}`])))
    await b.update((w) => [...w, 'b'])
    await a.update((w) => [...w, 'last'])
    expect(await b.read()).toEqual([...Array.from({ length: 30 }, (_, i) => `a${i}`), 'b', 'last'])
  })

  it('goes on after a write that failed', async () => {
    const full = new JsonFile(folder, kind, deps(fullDisk(0)))
    await expect(full.write(['x'])).rejects.toThrow('no space left')
    const file = new JsonFile(folder, kind, deps())
    expect(await file.read()).toBeNull()
    await file.write(['y'])
    expect(await full.read()).toEqual(['y'])
  })
})
