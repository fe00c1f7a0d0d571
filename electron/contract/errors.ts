import type { Note } from './model'

/** Codes a failed command can carry. */
export const API_ERROR_CODES = [
  'bad-request',
  'bad-scenario',
  'not-found',
  'conflict',
  'unavailable',
  /** Needs the user's word first: `details` name what is to be confirmed. */
  'unconfirmed',
  'forbidden',
  'internal',
] as const
export type ApiErrorCode = (typeof API_ERROR_CODES)[number]

/** What a failed command rejects with: one clear line, or one for each fault of a file, and the places it speaks of. The command has changed nothing. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  constructor(
    readonly code: ApiErrorCode,
    message: string,
    /** e.g. one entry a wrong field: path, what was found, what is allowed. */
    readonly details: readonly ErrorDetail[] = [],
    /** The same line for a page in another language; null where there is none. */
    readonly note: Note | null = null,
  ) {
    super(message)
  }
}

/** One wrong field of a file or a command. */
export interface ErrorDetail {
  path: string
  found: string
  expected: string
}

/** How an error crosses a channel. */
export interface WireError {
  code: ApiErrorCode
  message: string
  details: readonly ErrorDetail[]
  note: Note | null
}

/** Any thrown value as a WireError; only an ApiError keeps its text, the rest is for the log of the host. */
export function toWireError(thrown: unknown): WireError {
  if (thrown instanceof ApiError)
    return { code: thrown.code, message: thrown.message, details: thrown.details, note: thrown.note }
  return {
    code: 'internal',
    message: 'the engine failed to run this command; see its log for the cause',
    details: [],
    note: null,
  }
}

/** The inverse of `toWireError`. */
export const fromWireError = (e: WireError): ApiError => new ApiError(e.code, e.message, e.details, e.note)
