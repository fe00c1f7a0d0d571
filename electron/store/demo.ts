import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inLanguage } from '../contract/example-texts'
import type { Language } from '../contract/languages'
import { parseScenario } from '../contract/scenario-file'
import type { Engine } from '../engine/types'
import { EXAMPLE_TEXTS } from './example-texts'
import type { Workspace } from './workspace'

/** Clock ms per real ms at the first start, so that a packet can be followed with the eye. */
const SLOW_MOTION = 0.2

/**
 * Runs what a start without a file shows: three devices in slow motion until a new user has seen them, then the small
 * home. Both are nobody's file. At a first start the first page's language, which may be another than the system's, gives
 * the three devices their names, unless something else was opened or changed before it came, or a class watches already.
 * @param language the one chosen in the settings, else the system's
 * @param isWatched whether others than the first page see the run
 */
export async function openDemo(
  root: string,
  engine: Pick<Engine, 'open'>,
  workspace: Workspace,
  language: Language,
  isWatched: () => boolean = () => false,
): Promise<void> {
  const { isFirst } = workspace
  const name = isFirst ? 'first-steps.yaml' : 'demo.yaml'
  const file = parseScenario(await readFile(join(root, 'examples', name), 'utf8'), name)
  const open = async (names: Language): Promise<void> => {
    const demo = inLanguage(file, EXAMPLE_TEXTS[names] ?? {})
    await engine.open(demo, null, isFirst ? { speed: SLOW_MOTION } : {})
    workspace.opened(demo, { name: '', path: null }, isFirst)
  }
  await open(language)
  if (!isFirst) return
  workspace.firstPage.waitFor(async (page) => {
    if (page !== language && workspace.isFirst && !workspace.changed && !isWatched()) await open(page)
  })
}
