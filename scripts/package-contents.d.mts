/** Paths that are not of the kinds an archive holds. */
export function findStrangers(files: string[]): string[]
/** Paths without which the application does not work. */
export function findMissing(files: string[]): string[]
/** Paths of files that name one of these folders. */
export function findLeaks(files: string[], read: (file: string) => Buffer, folders: string[]): string[]
