import { expect, type Page } from '@playwright/test'

/** What the page of the desktop application must do, whoever runs it: the double or a real Electron. */
export async function expectLivePage(page: Page): Promise<void> {
  await expect(page.getByText(/mqtt:\/\/127\.0\.0\.1:\d+/).first()).toBeVisible()
  const bridge = await page.evaluate(() => {
    const own = window as unknown as { fleetlab: Record<string, unknown> }
    return { keys: Object.keys(own.fleetlab), kind: own.fleetlab['kind'] }
  })
  expect(bridge).toEqual({ keys: ['kind', 'connect', 'openFile'], kind: 'electron' })
  expect(await page.evaluate(() => 'require' in window || 'process' in window)).toBe(false)
  const shown = (): Promise<string> => page.locator('body').innerText()
  const before = await shown()
  await expect.poll(shown, { message: 'the page changes with what the engine tells it' }).not.toBe(before)
}

/** A script from elsewhere does not run, and a request to elsewhere does not leave. */
export async function expectPolicy(page: Page): Promise<void> {
  const outcome = await page.evaluate(async () => {
    const blocked: string[] = []
    document.addEventListener('securitypolicyviolation', (e) => blocked.push(e.effectiveDirective))
    const script = document.createElement('script')
    script.textContent = 'window.__injected = true'
    document.head.append(script)
    const fetched = await fetch('http://127.0.0.1:9/').then(
      () => 'sent',
      () => 'refused',
    )
    const told = (): boolean => ['script-src-elem', 'connect-src'].every((d) => blocked.includes(d))
    while (!told()) await new Promise(requestAnimationFrame)
    return { fetched, injected: '__injected' in window }
  })
  expect(outcome.injected).toBe(false)
  expect(outcome.fetched).toBe('refused')
}

/** The scenario of a run that was killed is offered, and is gone once it was discarded. */
export async function expectRecoveryOffered(page: Page): Promise<void> {
  await expect(page.getByText('The program did not close properly')).toBeVisible()
  await page.getByRole('button', { name: 'Discard' }).click()
  await expect(page.getByText('The program did not close properly')).toBeHidden()
}
