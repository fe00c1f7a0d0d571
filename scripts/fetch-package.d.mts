/** Folder of an npm package in exactly this version, fetched the first time; throws when it cannot be had. */
export function fetchPackage(name: string, version: string, say?: (line: string) => void): string
