import AxeBuilder from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../../electron/contract/workspace'
import { expect, root } from './fixtures'

export type Language = 'en' | 'ko'
export type Theme = 'dark' | 'light'

/** Every look of the page. */
export const LOOKS: readonly [Language, Theme][] = [
  ['en', 'dark'],
  ['en', 'light'],
  ['ko', 'dark'],
  ['ko', 'light'],
]

/** Every screen of the rail. */
export const SCREENS = ['lab', 'handshakes', 'traffic', 'experiments', 'load', 'lessons'] as const

/**
 * Marks a test of `npm run test:looks`, which takes pictures and tries every combination. `npm test` has English in
 * dark and Korean in light, and the windows with the least room.
 */
export const looksTag = (always: boolean): { tag: string[] } => ({ tag: always ? [] : ['@looks'] })

/** The two looks of every run have both languages and both themes between them. */
export const isUsual = (language: Language, theme: Theme): boolean =>
  (language === 'en') === (theme === 'dark')

export interface Look {
  language?: Language
  theme?: Theme
  projector?: boolean
}

/** Opens a screen in a language and theme, and waits until it shows the run. */
export async function openScreen(page: Page, url: string, screen: string, look: Look = {}): Promise<void> {
  await page.addInitScript(
    ([language, theme, projector]) => {
      localStorage.setItem('fleetlab.language', language)
      localStorage.setItem('fleetlab.theme', theme)
      localStorage.setItem('fleetlab.projector', projector)
    },
    [look.language ?? 'en', look.theme ?? 'dark', String(look.projector ?? false)] as const,
  )
  await page.goto(`${url}/#/${screen}`)
  await expect(page.getByRole('heading', { level: 1 })).toBeAttached()
  await page.evaluate(() => document.fonts.ready)
}

/** Pictures of the documentation are renewed by `SCREENSHOTS=1 npx playwright test`; else they go to the results. */
const PICTURES = process.env['SCREENSHOTS'] === '1' ? 'docs/screenshots' : 'test-results/screenshots'

/** Where a picture for the documentation goes. */
export function picturePath(name: string): string {
  const folder = join(root, PICTURES)
  mkdirSync(folder, { recursive: true })
  return join(folder, `${name}.png`)
}

/** Takes a picture of the page, or of a part of it, for the documentation. */
export async function takePicture(what: Page | Locator, name: string): Promise<void> {
  await what.screenshot({ path: picturePath(name) })
}

/** Fails on any accessibility violation, within `part` of the page, that axe calls serious or critical. */
export async function expectAccessible(page: Page, part = 'html'): Promise<void> {
  // the page has no frames: axe need not open a page of its own to gather their results
  const axe = new AxeBuilder({ page })
    .include(part)
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
  const { violations } = await axe.analyze()
  const serious = violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map(
      (v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(' ')} ${n.failureSummary ?? ''}`).join('\n')}`,
    )
  expect(serious).toEqual([])
}

/** Brings a screen up in a page that is open, and waits until it is drawn. */
export async function goTo(page: Page, screen: string): Promise<void> {
  await page.evaluate((id) => (location.hash = `#/${id}`), screen)
  await expect(page.locator(`nav a[href="#/${screen}"]`)).toHaveAttribute('aria-current', 'page')
  await expect(page.locator('main > .screen > *')).toBeVisible()
  await atRest(page)
}

/** Waits until every transition has ended and what they led to is drawn. */
export async function atRest(page: Page): Promise<void> {
  await frames(page, 2)
  await page.evaluate(() => {
    const ends = document.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime !== Infinity)
    return Promise.allSettled(ends.map((a) => a.finished)).then(() => undefined)
  })
  await frames(page, 2)
}

/** Lets the page draw so many frames. */
export const frames = (page: Page, count: number): Promise<void> =>
  page.evaluate(async (n) => {
    for (let i = 0; i < n; i++) await new Promise(requestAnimationFrame)
  }, count)

/** Waits until the run has gone on for so many seconds of its own time. */
export async function untilRan(page: Page, seconds: number): Promise<void> {
  const ran = async (): Promise<number> => {
    const [minutes = '', rest = ''] = (await page.getByRole('timer', { name: 'Run time' }).innerText()).split(
      ':',
    )
    return Number(minutes) * 60 + Number(rest)
  }
  await expect.poll(ran, { timeout: 60_000 }).toBeGreaterThan(seconds)
}

/** The page's connections to the engine, which can be cut and refused. */
export interface EngineGate {
  /** Cuts the connection that is open and refuses every other, until it is false again. */
  refuse: boolean
  /** Connections refused so far. */
  refused: number
}

/** Puts a gate before the engine of a page that is not open yet. */
export async function gateEngine(page: Page): Promise<EngineGate> {
  let refuse = false
  const cuts: (() => void)[] = []
  const gate: EngineGate = {
    refused: 0,
    get refuse() {
      return refuse
    },
    set refuse(on) {
      refuse = on
      if (on) for (const cut of cuts.splice(0)) cut()
    },
  }
  await page.routeWebSocket(/\/engine$/, (socket) => {
    if (refuse) {
      gate.refused += 1
      void socket.close()
      return
    }
    const server = socket.connectToServer()
    cuts.push(() => {
      void server.close()
      void socket.close()
    })
  })
  return gate
}

/** Puts a page that is open into a language and theme by its keys. */
export async function setLook(page: Page, language: Language, theme: Theme): Promise<void> {
  const html = page.locator('html')
  // keys of the page are not heard while a field has the focus
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  if ((await html.getAttribute('lang')) !== language) await page.keyboard.press('Shift+L')
  if ((await html.getAttribute('data-theme')) !== theme) await page.keyboard.press('Shift+T')
  await expect(html).toHaveAttribute('lang', language)
  await expect(html).toHaveAttribute('data-theme', theme)
}

/** Checks each look for barriers and takes its picture. */
export async function expectLooks(page: Page, name: string): Promise<void> {
  for (const [language, theme] of LOOKS) {
    await setLook(page, language, theme)
    await atRest(page)
    await expectAccessible(page)
    await takePicture(page, `${name}-${language}-${theme}`)
  }
}

/** Fails when something sticks out of the window, or text is cut without an ellipsis. */
export async function expectNothingClipped(page: Page): Promise<void> {
  const clipped = await page.evaluate(() => {
    const out: string[] = []
    for (const el of document.querySelectorAll<HTMLElement>('button, a, label, h2, th, dt, .chip, .label')) {
      const box = el.getBoundingClientRect()
      if (box.width === 0 || box.height === 0) continue
      const style = getComputedStyle(el)
      const inScroller = el.closest('.scroll, .sr-only') !== null
      if (!inScroller && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1))
        out.push(`outside the window: ${el.textContent.trim()}`)
      if (
        el.scrollWidth > el.clientWidth + 1 &&
        style.textOverflow !== 'ellipsis' &&
        style.overflowX !== 'visible'
      )
        out.push(`cut: ${el.textContent.trim()}`)
    }
    return [out, document.documentElement.scrollWidth > innerWidth] as const
  })
  expect(clipped).toEqual([[], false])
}

/** Fails when two parts of the top bar lie on each other. */
export async function expectBarInOrder(page: Page): Promise<void> {
  const overlaps = await page.evaluate(() => {
    const parts = [...document.querySelectorAll<HTMLElement>('header.topbar > *')].filter(
      (el) => el.getBoundingClientRect().width > 0,
    )
    const inner = parts.map((el) => {
      const boxes = [...el.querySelectorAll('*')]
        .map((c) => c.getBoundingClientRect())
        .filter((b) => b.width > 0)
      return { left: Math.min(...boxes.map((b) => b.left)), right: Math.max(...boxes.map((b) => b.right)) }
    })
    return inner.flatMap((b, i) => {
      const next = inner[i + 1]
      return next && b.right > next.left + 1 ? [`${parts[i]?.innerText} over ${parts[i + 1]?.innerText}`] : []
    })
  })
  expect(overlaps).toEqual([])
}

/**
 * Texts that their box cuts off, and controls outside of the window. What can be scrolled to, and what an ellipsis
 * shortens, is not cut off.
 */
export const cutOff = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const hides = (v: string): boolean => v === 'hidden' || v === 'clip'
    const scrolls = (v: string): boolean => v === 'auto' || v === 'scroll'
    /** By what a box is cut off, `window` included; null when by nothing. */
    function cutBy(
      el: Element,
      box: { left: number; right: number; top: number; bottom: number },
    ): string | null {
      let { left, right, top, bottom } = box
      for (let at: Element | null = el; at && at !== document.body; at = at.parentElement) {
        const style = getComputedStyle(at)
        const a = at.getBoundingClientRect()
        if (style.position === 'fixed' && style.overflow === 'visible') break
        const [out, down] = [
          left < a.left - 1.5 || right > a.right + 1.5,
          top < a.top - 1.5 || bottom > a.bottom + 1.5,
        ]
        if (hides(style.overflowX) && style.textOverflow === 'ellipsis') return null
        if (hides(style.overflowX) && out) return at.className
        if (hides(style.overflowY) && down) return at.className
        if (scrolls(style.overflowX)) [left, right] = [Math.max(left, a.left), Math.min(right, a.right)]
        if (scrolls(style.overflowY)) [top, bottom] = [Math.max(top, a.top), Math.min(bottom, a.bottom)]
      }
      const outside = left < -1.5 || right > innerWidth + 1.5 || top < -1.5 || bottom > innerHeight + 1.5
      return outside ? 'window' : null
    }
    const isShown = (el: Element): boolean =>
      el.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
      el.closest('.sr-only, svg, [aria-hidden=true]') === null
    const found: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const range = document.createRange()
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const el = node.parentElement
      const words = node.nodeValue?.trim() ?? ''
      if (!el || words === '' || !isShown(el)) continue
      range.selectNodeContents(node)
      const box = range.getBoundingClientRect()
      const by = box.width === 0 ? null : cutBy(el, box)
      if (by !== null) found.push(`text "${words.slice(0, 60)}" by ${by}`)
    }
    for (const el of document.querySelectorAll(
      'button, a[href], input, select, textarea, [role=option], [tabindex="0"]',
    )) {
      const box = el.getBoundingClientRect()
      const by = !isShown(el) || box.width === 0 ? null : cutBy(el, box)
      if (by !== null)
        found.push(
          `${el.tagName} "${(el.getAttribute('aria-label') ?? el.textContent).trim().slice(0, 60)}" by ${by}`,
        )
    }
    return [...new Set(found)]
  })

/** Names of lanes that lie on each other or stick out of the window. */
export const lanesInTheWay = (page: Page): Promise<string[]> =>
  page.locator('svg .name').evaluateAll((all) => {
    const boxes = all.map((el) => ({ name: el.textContent, at: el.getBoundingClientRect() }))
    return boxes.flatMap(({ name, at }, i) => [
      ...(at.left < 0 || at.right > innerWidth ? [`${name} sticks out`] : []),
      ...boxes
        .slice(i + 1)
        .filter(
          (b) =>
            b.at.left < at.right &&
            at.left < b.at.right &&
            b.at.top + 4 < at.bottom &&
            at.top + 4 < b.at.bottom,
        )
        .map((b) => `${name} lies on ${b.name}`),
    ])
  })

/** Changes settings of the page that is open, as its own dialog does. */
export const choose = (page: Page, patch: Partial<Settings>): Promise<void> =>
  page.evaluate((p) => {
    interface Stores {
      get(name: string): { choose(patch: unknown): void }
    }
    const app = document.querySelector('#app') as unknown as {
      __vue_app__: { config: { globalProperties: { $pinia: { _s: Stores } } } }
    }
    app.__vue_app__.config.globalProperties.$pinia._s.get('settings').choose(p)
  }, patch)

/** The smallest type of texts that are shown, CSS px as drawn: an SVG may be scaled. */
export const smallestType = (page: Page, selector: string): Promise<number> =>
  page.locator(selector).evaluateAll((all) =>
    Math.min(
      ...all
        .filter((el) => el.textContent.trim() !== '' && el.getBoundingClientRect().width > 0)
        .map((el) => {
          const scale = el instanceof SVGGraphicsElement ? el.getScreenCTM() : null
          return parseFloat(getComputedStyle(el).fontSize) * (scale ? Math.hypot(scale.a, scale.b) : 1)
        }),
    ),
  )
