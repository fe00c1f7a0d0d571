import type { Plugin } from 'vite'

/** The parts of a package that its licence entry is made from. */
export interface LicensedPackage {
  name: string
  version: string
  license: string
  licenseText: string | null
  noticeText: string | null
  homepage: string | null
  repository: { url: string } | null
  author: { text(): string } | null
  contributors: { text(): string }[]
}

/** Name, version and licence of each package, sorted. */
export function licenceList(packages: LicensedPackage[]): { name: string; version: string; licence: string }[]
/** One text with the licence of each package; `textOf` gives the standard text of an SPDX identifier. */
export function licenceText(packages: LicensedPackage[], textOf: (id: string) => string): string
/** `finish` throws when a package seen by `scan` has a licence that is not allowed. */
export function createCollector(
  root: string,
  write: (packages: LicensedPackage[]) => void,
  allowed?: string,
): { scan(paths: string[]): void; finish(): void }
/** Gives the plugin of each bundle of the project at `root`. */
export function createLicences(root: string): () => Plugin
