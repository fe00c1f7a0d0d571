import { h, render, type VNode } from 'vue'
import type { Scene } from '../../canvas/sequence/types'
import { readToken } from '../../ui/packet-style'
import LaneNames from './LaneNames.vue'
import SequenceSvg from './SequenceSvg.vue'

const NS = 'http://www.w3.org/2000/svg'
/** Largest side of a picture that browsers draw, px. */
const MAX_SIDE = 16_000
/** What a picture needs of the page's styles, since it leaves them behind. */
const STYLES = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'stroke-linecap',
  'paint-order',
  'font-family',
  'font-size',
  'font-weight',
  'opacity',
] as const

export interface PictureSize {
  k: number
  strokeK: number
}

function cards(scene: Scene, k: number): VNode[] {
  return scene.journeys.flatMap((j) => {
    const { card } = j
    if (!card) return []
    if (card.oneLine) return [h('text', { x: card.x, y: card.y + 12 * k }, card.brief)]
    const lines = [card.title, card.chips.map((c) => c.text).join(', '), card.reason].filter((l) => l !== '')
    return lines.map((l, i) =>
      h('text', { class: i === 0 ? 'k' : '', x: card.x, y: card.y + (12 + 18 * i) * k }, l),
    )
  })
}

/** Symbols are drawn where they are used: a picture cannot refer to the page. */
function inlineSymbols(svg: SVGSVGElement): void {
  for (const use of svg.querySelectorAll('use')) {
    const symbol = document.querySelector(use.getAttribute('href') ?? '#none')
    const box = symbol?.getAttribute('viewBox')
    if (!symbol || !box) continue
    const own = document.createElementNS(NS, 'svg')
    for (const name of ['x', 'y', 'width', 'height']) own.setAttribute(name, use.getAttribute(name) ?? '0')
    own.setAttribute('viewBox', box)
    own.innerHTML = symbol.innerHTML.replaceAll('currentColor', getComputedStyle(use).color)
    use.replaceWith(own)
  }
}

function inlineStyles(svg: SVGSVGElement): void {
  for (const el of svg.querySelectorAll<SVGElement>('path, rect, circle, text, g')) {
    const style = getComputedStyle(el)
    for (const name of STYLES) {
      const value = style.getPropertyValue(name)
      if (value !== '' && value !== 'none') el.setAttribute(name, value)
    }
    el.removeAttribute('class')
    el.removeAttribute('style')
  }
}

/** A picture of a moment: how far of the diagram is shown, and what it has besides, in the diagram's coordinates. */
export interface MomentPicture {
  /** Height down to which it is drawn, px. */
  until: number
  nodes: readonly VNode[]
  /** Width of all together, px. */
  width: number
}

/** The diagram down to a height, on lanes that go on to the end. */
function partOf(scene: Scene, size: PictureSize, until: number): VNode[] {
  const id = 'shown'
  const lanes = scene.lanes.map((l) =>
    h('path', { d: `M${l.x} 0V${scene.height}`, stroke: 'var(--color-line)' }),
  )
  const rect = h('rect', { y: -20, width: scene.width, height: Math.min(until, scene.height) + 20 })
  return [
    ...lanes,
    h('clipPath', { id }, [rect]),
    h('g', { 'clip-path': `url(#${id})` }, [h(SequenceSvg, { scene, k: size.k, strokeK: size.strokeK })]),
  ]
}

/** The diagram as a standalone SVG file, in the theme that is on: the whole of it, or a moment. */
export function sceneSvg(scene: Scene, size: PictureSize, moment?: MomentPicture): string {
  const top = 48 * size.k
  const holder = document.createElement('div')
  holder.style.cssText = 'position:fixed;left:-100000px;top:0'
  document.body.append(holder)
  const width = Math.ceil(moment?.width ?? scene.width)
  const height = Math.ceil(scene.height + top)
  const background = h('rect', { width, height, fill: 'var(--color-surface-0)' })
  const body = h('g', { transform: `translate(0 ${top})` }, [
    ...partOf(scene, size, moment?.until ?? Infinity),
    ...cards(scene, size.k),
    ...(moment?.nodes ?? []),
  ])
  const attributes = { xmlns: NS, width, height, viewBox: `0 0 ${width} ${height}` }
  render(
    h('svg', attributes, [
      background,
      h(LaneNames, { lanes: scene.lanes, k: size.k, width: scene.width }),
      body,
    ]),
    holder,
  )
  try {
    const svg = holder.querySelector('svg')
    if (!svg) return ''
    inlineSymbols(svg)
    inlineStyles(svg)
    return wellFormed(new XMLSerializer().serializeToString(svg))
  } finally {
    render(null, holder)
    holder.remove()
  }
}

/** XML 1.0 has no place for control characters, which client identifiers may hold: their pictures stand for them. */
export const wellFormed = (xml: string): string =>
  xml
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(/[\ufffe\uffff]|\p{Cs}/gu, '\ufffd')

async function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : '')
    reader.onerror = () => reject(reader.error ?? new Error('the font could not be read'))
    reader.readAsDataURL(blob)
  })
}

/** The page's own fonts as rules a picture can carry. */
async function fontRules(): Promise<string> {
  const rules: CSSFontFaceRule[] = []
  const collect = (list: CSSRuleList): void => {
    for (const rule of list) {
      if (rule instanceof CSSFontFaceRule) rules.push(rule)
      else if (rule instanceof CSSLayerBlockRule) collect(rule.cssRules)
    }
  }
  for (const sheet of document.styleSheets) collect(sheet.cssRules)
  const parts = rules.map(async (rule) => {
    const src = /url\("?([^")]+)"?\)/.exec(rule.style.getPropertyValue('src'))?.[1]
    if (src === undefined) return ''
    const base = rule.parentStyleSheet?.href ?? location.href
    const font = await (await fetch(new URL(src, base))).blob()
    const weight = rule.style.getPropertyValue('font-weight')
    const family = rule.style.getPropertyValue('font-family')
    return `@font-face{font-family:${family};font-weight:${weight};src:url(${await dataUrl(font)})}`
  })
  return (await Promise.all(parts)).join('')
}

/** An SVG drawn as PNG at twice its size, or as large as browsers can. */
export async function svgToPng(svg: string): Promise<Blob> {
  const withFonts = svg.replace('>', `><style>${await fontRules()}</style>`)
  const image = new Image()
  image.src = await dataUrl(new Blob([withFonts], { type: 'image/svg+xml' }))
  await image.decode()
  const scale = Math.min(2, MAX_SIDE / Math.max(image.naturalWidth, image.naturalHeight))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(image.naturalWidth * scale)
  canvas.height = Math.round(image.naturalHeight * scale)
  const c = canvas.getContext('2d')
  if (!c) throw new Error('this browser draws no pictures')
  c.fillStyle = readToken('--color-surface-0')
  c.fillRect(0, 0, canvas.width, canvas.height)
  c.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) =>
    canvas.toBlob((b) => (b ? resolve(b) : reject(new Error('the picture could not be made'))), 'image/png'),
  )
}
