// Type-checks every layer with the libraries it may know: no DOM in the engine, no Node in the page.
import { pathToFileURL } from 'node:url'
import { runJobs, runTool } from './run-step.mjs'

/** The native compiler. Components need vue-tsc, which like eslint's rules with types stands on TypeScript 6. */
const TSC = 'node_modules/typescript7/bin/tsc'
const VUE_TSC = 'node_modules/vue-tsc/bin/vue-tsc.js'

/** The longest first, so that lanes end together. */
const LAYERS = [
  { name: 'renderer', tool: VUE_TSC, config: 'tsconfig.renderer.json' },
  { name: 'all with tests', tool: TSC, config: 'tsconfig.json' },
  { name: 'engine', tool: TSC, config: 'tsconfig.engine.json' },
  { name: 'hosts', tool: TSC, config: 'tsconfig.hosts.json' },
  { name: 'contract', tool: TSC, config: 'tsconfig.contract.json' },
  { name: 'preload', tool: TSC, config: 'tsconfig.preload.json' },
]

/** One job a layer, for `runJobs`; each resolves to its name, exit code and findings. */
export const typecheckJobs = (options) =>
  LAYERS.map(({ name, tool, config }) => async () => ({
    name: `typecheck: ${name}`,
    ...(await runTool([tool, '--noEmit', '-p', config, '--pretty', 'false'], options)),
  }))

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { name, code, output } of await runJobs(typecheckJobs(), 2)) {
    if (code === 0) continue
    console.log(`${name}\n${output}`)
    process.exitCode = 1
  }
}
