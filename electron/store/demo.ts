import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseScenario } from '../contract/scenario-file'
import type { Engine } from '../engine/types'
import type { Workspace } from './workspace'

/** Runs the small home of the first start; it is nobody's file. */
export async function openDemo(
  root: string,
  engine: Pick<Engine, 'open'>,
  workspace: Workspace,
): Promise<void> {
  const demo = parseScenario(await readFile(join(root, 'examples/demo.yaml'), 'utf8'), 'demo.yaml')
  await engine.open(demo, null)
  workspace.opened(demo, { name: '', path: null })
}
