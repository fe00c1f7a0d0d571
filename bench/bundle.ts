import { mkdtemp } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build } from 'vite'

const root = join(import.meta.dirname, '..')

/** Bundles scripts of this folder the way the application is built, so that what is measured is what users run. */
export async function bundle(
  scripts: readonly string[],
): Promise<{ folder: string; path(script: string): string }> {
  const folder = await mkdtemp(join(root, 'node_modules/.bench-'))
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    resolve: {
      alias: { '@contract': join(root, 'electron/contract'), debug: join(root, 'scripts/no-debug.cjs') },
    },
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: folder,
      rolldownOptions: {
        input: scripts.map((s) => join(import.meta.dirname, s)),
        external: ['hdr-histogram-js'],
        output: { entryFileNames: '[name].mjs' },
      },
    },
  })
  return { folder, path: (script) => join(folder, basename(script).replace(/\.ts$/, '.mjs')) }
}
