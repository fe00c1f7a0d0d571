/**
 * Cuts the fonts the page ships: Pretendard down to Latin, punctuation, arrows and the 2,350 Hangul syllables of
 * KS X 1001; JetBrains Mono as its Latin file. Run by hand after a font update: node scripts/subset-fonts.mjs
 * Fetches the whole Pretendard, 98 MB, in the version that package.json of its folder names.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fetchPackage } from './fetch-package.mjs'

const SUBSET_FONT = '2.9.0'

const require = createRequire(import.meta.url)
const home = (name) => dirname(require.resolve(`${name}/package.json`))
const out = join(import.meta.dirname, '../renderer/assets/fonts')

/** KS X 1001 Hangul stands in EUC-KR rows 0xB0 to 0xC8, cells 0xA1 to 0xFE. */
function hangul() {
  const decoder = new TextDecoder('euc-kr')
  let text = ''
  for (let row = 0xb0; row <= 0xc8; row++) {
    for (let cell = 0xa1; cell <= 0xfe; cell++) text += decoder.decode(new Uint8Array([row, cell]))
  }
  return text
}

const range = (from, to) => String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, i) => from + i))
const latin = range(0x20, 0x7e) + range(0xa0, 0xff)
const marks =
  '–—‘’“”…·•×÷−±≤≥≈≠→←↑↓↔⇒∞√²³µσ%‰€₩⌘⌥⇧⏎…「」『』ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎㅏㅑㅓㅕㅗㅛㅜㅠㅡㅣ、。'

const { version } = JSON.parse(await readFile(join(out, 'pretendard/package.json'), 'utf8'))
const subsetter = createRequire(join(fetchPackage('subset-font', SUBSET_FONT), 'package.json')).resolve('.')
const { default: subsetFont } = await import(pathToFileURL(subsetter).href)
const pretendard = await readFile(
  join(fetchPackage('pretendard', version), 'dist/web/variable/woff2/PretendardVariable.woff2'),
)
const cut = await subsetFont(pretendard, latin + marks + hangul(), {
  targetFormat: 'woff2',
  variationAxes: { wght: { min: 400, max: 700, default: 400 } },
})
await writeFile(join(out, 'pretendard/pretendard-subset.woff2'), cut)
console.log(`pretendard-subset.woff2 ${(cut.length / 1024).toFixed(0)} KiB`)

const mono = await readFile(
  join(home('@fontsource-variable/jetbrains-mono'), 'files/jetbrains-mono-latin-wght-normal.woff2'),
)
await writeFile(join(out, 'jetbrains-mono-latin.woff2'), mono)
console.log(`jetbrains-mono-latin.woff2 ${(mono.length / 1024).toFixed(0)} KiB`)
