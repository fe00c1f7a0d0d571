import type { Component } from 'vue'

/** One screen of the left rail. Its name stands in the texts as `nav.<id>`. */
export interface Screen {
  id: ScreenId
  load: () => Promise<{ default: Component }>
}

/** Every screen there may be, in the order of the rail; only those in the registry are shown. */
export const SCREEN_IDS = ['lab', 'handshakes', 'traffic', 'experiments', 'load', 'lessons'] as const
export type ScreenId = (typeof SCREEN_IDS)[number]
