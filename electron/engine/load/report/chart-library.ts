import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { ChartLibrary } from './html'

/** uPlot's file in its package, or beside a bundle that carries no packages. */
async function read(name: string): Promise<string> {
  const inPackage = (): string => createRequire(import.meta.url).resolve(`uplot/dist/${name}`)
  const beside = (up: string) => (): string => fileURLToPath(new URL(`${up}${name}`, import.meta.url))
  let last: unknown
  for (const path of [beside('./'), beside('../'), inPackage]) {
    try {
      return await readFile(path(), 'utf8')
    } catch (thrown) {
      last = thrown
    }
  }
  throw last
}

/** @throws Error of the file system when uPlot is not installed */
export async function readChartLibrary(): Promise<ChartLibrary> {
  const [script, style] = await Promise.all([read('uPlot.iife.min.js'), read('uPlot.min.css')])
  return { script, style }
}
