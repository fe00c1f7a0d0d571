import { EngineLink } from './engine-link'

let installed: EngineLink | null = null

/** Makes a link the one all stores use: main.ts the real one, a test its fake. */
export function installLink(link: EngineLink): void {
  installed = link
}

/** @throws Error before `installLink` */
export function useLink(): EngineLink {
  if (!installed) throw new Error('no engine link is installed')
  return installed
}

export { EngineLink } from './engine-link'
export type { LinkPhase } from './engine-link'
