/** Names that preload, shell and page share in the desktop application. */
export const BRIDGE = {
  /** IPC channel on which the page asks for its port, and gets it. */
  connect: 'fleetlab:connect',
  /** IPC channel on which the preload hands over the path of a file that was dropped on the page. */
  dropped: 'fleetlab:dropped',
  /** `type` of the window message that carries the port from preload to page. */
  portMessage: 'fleetlab:port',
  /** Scheme and host the page is served from. */
  scheme: 'app',
  origin: 'app://fleetlab',
} as const

/** What the preload puts on `window.fleetlab`. */
export interface FleetlabBridge {
  readonly kind: 'electron'
  /** Asks for a port; it arrives as a window message `{type: 'fleetlab:port'}` with one MessagePort. */
  connect(): void
  /** Has the host open a File that the user dropped or chose; false when it lies nowhere on this computer. */
  openFile(file: object): boolean
}
