/**
 * Draws the icons of the installers from build/icon.svg: PNG for Linux, ICO for Windows, ICNS for macOS.
 * Run by hand after a change of the drawing: npm run icons
 */
import { chromium } from '@playwright/test'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tsImport } from 'tsx/esm/api'
import { root } from './build-once.mjs'

const folder = join(root, 'build')
const { findChromium } = await tsImport('../test/helpers/chromium.ts', import.meta.url)

/** Below this many pixels the small drawing is the clearer one. */
const SMALL_TO = 32
const LINUX = [16, 24, 32, 48, 64, 128, 256, 512, 1024]
const WINDOWS = [16, 24, 32, 48, 64, 128, 256]
/** Types of the ICNS format that hold a PNG, with their size. */
const MAC = { ic11: 32, ic12: 64, ic07: 128, ic13: 256, ic08: 256, ic14: 512, ic09: 512, ic10: 1024 }

const large = readFileSync(join(folder, 'icon.svg'), 'utf8')
const small = readFileSync(join(folder, 'icon-small.svg'), 'utf8')
const cropped = large.replace('viewBox="0 0 1024 1024"', 'viewBox="92 92 840 840"')

const { executablePath, args } = await findChromium()
const browser = await chromium.launch({ executablePath, args })
const page = await browser.newPage()

async function draw(svg, size) {
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
  await page.setViewportSize({ width: size, height: size })
  await page.setContent(`<style>*{margin:0}img{display:block}</style><img src="${source}" width="${size}">`)
  await page.locator('img').evaluate((img) => img.decode())
  return page.screenshot({ omitBackground: true })
}

const drawTight = (size) => draw(size <= SMALL_TO ? small : cropped, size)

/** An ICO file is a directory of 16 bytes an image before the images; 256 pixels are written as 0. */
function ico(images) {
  const head = Buffer.alloc(6 + 16 * images.length)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(images.length, 4)
  let offset = head.length
  images.forEach(({ size, png }, i) => {
    const at = 6 + 16 * i
    head.writeUInt8(size % 256, at)
    head.writeUInt8(size % 256, at + 1)
    head.writeUInt16LE(1, at + 4)
    head.writeUInt16LE(32, at + 6)
    head.writeUInt32LE(png.length, at + 8)
    head.writeUInt32LE(offset, at + 12)
    offset += png.length
  })
  return Buffer.concat([head, ...images.map((i) => i.png)])
}

/** An ICNS file is a row of chunks: type, length with the head of 8 bytes, PNG. */
function icns(images) {
  const chunk = (type, body) => {
    const head = Buffer.alloc(8)
    head.write(type, 'latin1')
    head.writeUInt32BE(body.length + 8, 4)
    return Buffer.concat([head, body])
  }
  return chunk('icns', Buffer.concat(images.map(({ type, png }) => chunk(type, png))))
}

mkdirSync(join(folder, 'icons'), { recursive: true })
for (const size of LINUX) writeFileSync(join(folder, `icons/${size}x${size}.png`), await drawTight(size))

const forWindows = []
for (const size of WINDOWS) forWindows.push({ size, png: await drawTight(size) })
writeFileSync(join(folder, 'icon.ico'), ico(forWindows))

const forMac = []
for (const [type, size] of Object.entries(MAC)) forMac.push({ type, png: await draw(large, size) })
writeFileSync(join(folder, 'icon.icns'), icns(forMac))
await browser.close()
console.log(`build/icons, build/icon.ico and build/icon.icns drawn`)
