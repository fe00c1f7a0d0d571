/** The user that the application runs as where root runs the tests. */
export const NOBODY: number

/** What of Electron is ready; see `runtime` in test/e2e/electron/runtime.ts. */
export interface PreparedElectron {
  env: { FLEETLAB_ELECTRON: string; DISPLAY?: string }
  /** Ends what was started for it. */
  dispose(): Promise<void>
}

/** Why no Electron runs here; null when one does. */
export function noElectronReason(): string | null

/** Makes an Electron ready for the built application. @throws Error that says what is missing */
export function prepareElectron(say: (line: string) => void): Promise<PreparedElectron>
