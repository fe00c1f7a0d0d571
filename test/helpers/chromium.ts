import sparticuz from '@sparticuz/chromium'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

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

/** A Chromium of the system, of $CHROMIUM, or the one inside a registry package; never a download. */
export async function findChromium(env: NodeJS.ProcessEnv = process.env): Promise<Browser> {
  const onPath = (env['PATH'] ?? '').split(delimiter).flatMap((dir) => NAMES.map((name) => join(dir, name)))
  const asked = env['CHROMIUM'] === undefined ? [] : [env['CHROMIUM']]
  const own = [...asked, ...onPath, ...ELSEWHERE].find(isExecutable)
  if (own !== undefined) return { executablePath: own, args: PLAIN_RASTER }
  return { executablePath: await sparticuz.executablePath(), args: sparticuz.args }
}
