/** An address of this machine on which a class can be let in. */
export interface ShareAddress {
  address: string
  /** Name of the network interface, e.g. `wlan0`. */
  network: string
  /** Reached from this machine alone. */
  loopback: boolean
}

/** One who joined. */
export interface Viewer {
  id: string
  /** As typed on joining, cleaned; no two in a room are alike. */
  name: string
  /** False while the browser is away: closed, asleep or out of reach. */
  connected: boolean
  /** May steer the run until the controls are taken back. */
  controls: boolean
}

/** Sharing as the host's own pages see it; viewers never get it, for the code is in it. */
export type ShareState =
  | { on: false }
  | {
      on: true
      /** What students open, e.g. `http://192.168.0.7:8080/`. */
      url: string
      /** Digits; it is asked for on joining. */
      code: string
      /** For how long the code lets anyone in, ms as of now; 0 when it has expired. Who is in stays in. */
      codeValidMs: number
      viewers: Viewer[]
      maxViewers: number
    }

/** Ports tried when none is named: the first that is free. */
export const SHARE_PORTS = { first: 8080, last: 8099 } as const

/** Longest name, in characters as people count them. */
export const VIEWER_NAME_LENGTH = 24

/** Digits of a join code. */
export const JOIN_CODE_LENGTH = 8

/** Where a joining browser posts `JoinRequest`, and asks whether it still belongs to the class. */
export const JOIN_PATH = '/join'
export const SEAT_PATH = '/seat'

/** Name of the code in the fragment of the address a QR code holds: a fragment is never sent to a server. */
export const CODE_FRAGMENT = 'code'

export interface JoinRequest {
  code: string
  name: string
}

export const JOIN_REFUSALS = [
  'wrong-code',
  'expired',
  'bad-name',
  'full',
  'too-many',
  'bad-request',
  'foreign',
] as const
/** Why somebody was not let in. */
export type JoinRefusal = (typeof JOIN_REFUSALS)[number]

export type JoinAnswer = { joined: true } | { joined: false; reason: JoinRefusal; retryInMs: number }
