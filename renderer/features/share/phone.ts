/** Narrower screens show the page as a small desktop, to be enlarged with two fingers: its panes need the width. */
const NARROW_PX = 700
const PAGE_PX = 1024

/** The viewport a screen of this width should lay the page out in. */
export const viewportFor = (screenWidth: number): string =>
  isNarrow(screenWidth) ? `width=${PAGE_PX}` : 'width=device-width, initial-scale=1'

/** Whether the page is shown smaller than it is laid out. */
export const isNarrow = (screenWidth: number): boolean => screenWidth < NARROW_PX

/** Sets the page's viewport by the screen it is on. */
export function fitScreen(document: Document, screenWidth: number): void {
  document.querySelector('meta[name="viewport"]')?.setAttribute('content', viewportFor(screenWidth))
}
