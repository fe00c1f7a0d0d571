// A stand-in for the Electron runtime, enough for electron-builder to pack the application beside it without a download.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Marks the fuses in every Electron binary: the sentinel, version 1, their number, then one byte a fuse. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
const FUSES = 9
const LOCALES = ['en-US', 'ko', 'de']

/** Writes the stub of this version of Electron for Linux into the folder. */
export function writeStub(folder, version) {
  mkdirSync(join(folder, 'resources'), { recursive: true })
  mkdirSync(join(folder, 'locales'))
  for (const locale of LOCALES) writeFileSync(join(folder, `locales/${locale}.pak`), '')
  writeFileSync(join(folder, 'version'), version)
  const wire = Buffer.concat([Buffer.from(SENTINEL), Buffer.from([1, FUSES]), Buffer.from('1'.repeat(FUSES))])
  const binary = Buffer.concat([Buffer.from('#!/bin/sh\nexit 1\n'), wire])
  writeFileSync(join(folder, 'electron'), binary, { mode: 0o755 })
}
