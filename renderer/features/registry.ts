import type { Screen } from './screen'

/** The screens that are built, in the order of the rail. Add a screen here and its texts in i18n/messages.ts. */
export const screens: readonly Screen[] = [
  { id: 'lab', load: () => import('./lab/LabScreen.vue') },
  { id: 'handshakes', load: () => import('./handshakes/HandshakesScreen.vue') },
  { id: 'traffic', load: () => import('./traffic/TrafficScreen.vue') },
  { id: 'experiments', load: () => import('./experiments/ExperimentsScreen.vue') },
  { id: 'load', load: () => import('./load/LoadScreen.vue') },
  { id: 'lessons', load: () => import('./lessons/LessonsScreen.vue') },
]
