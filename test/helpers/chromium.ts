import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fetchPackage } from '../../scripts/fetch-package.mjs'

export interface Browser {
  executablePath: string
  args: string[]
}

/** Without a graphics card Chromium would emulate one; drawing on the processor at once takes a third less time. */
const PLAIN_RASTER = [
  '--disable-gpu',
  '--disable-gpu-compositing',
  '--disable-gpu-rasterization',
  '--disable-accelerated-2d-canvas',
  '--disable-software-rasterizer',
]

/** The build without windows first: it starts in half the time. */
const NAMES = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
]
const ELSEWHERE = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The browser that is fetched where none is installed, 66 MB. */
const FETCHED = { name: '@sparticuz/chromium', version: '147.0.0' }
interface FetchedChromium {
  executablePath(): Promise<string>
  args: string[]
}

async function fetchChromium(): Promise<Browser> {
  const entry = join(fetchPackage(FETCHED.name, FETCHED.version), 'build/esm/index.js')
  const loaded = (await import(pathToFileURL(entry).href)) as { default: FetchedChromium }
  return { executablePath: await loaded.default.executablePath(), args: loaded.default.args }
}

/** Chromium of $CHROMIUM or of the system; where there is none, the one inside a package, fetched once from the registry. */
export async function findChromium(env: NodeJS.ProcessEnv = process.env): Promise<Browser> {
  const onPath = (env['PATH'] ?? '').split(delimiter).flatMap((dir) => NAMES.map((name) => join(dir, name)))
  const asked = env['CHROMIUM'] === undefined ? [] : [env['CHROMIUM']]
  const own = [...asked, ...onPath, ...ELSEWHERE].find(isExecutable)
  if (own !== undefined) return { executablePath: own, args: PLAIN_RASTER }
  return fetchChromium()
}
