import type { Locator, Page } from '@playwright/test'

/** What says that the scenario has changes that are in no file: a word, or a dot where the top bar has no room for it. */
export const changedMark = (page: Page): Locator =>
  page
    .getByText('changed', { exact: true })
    .or(page.getByRole('img', { name: 'changed', exact: true }))
    .filter({ visible: true })
