import AxeBuilder from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'

export interface View {
  readonly scheme?: 'light' | 'dark'
  readonly width?: number
  readonly height?: number
}

/** A page with its own storage, and every error that its script or console had. */
export async function openPage(browser: Browser, address: string, view: View = {}) {
  const { scheme = 'light', width = 1280, height = 900 } = view
  const context = await browser.newContext({
    // Without a locale this Chromium says "en-US@posix", which is no language tag.
    locale: 'en-US',
    colorScheme: scheme,
    reducedMotion: 'reduce',
    viewport: { width, height },
  })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    // The browser notes each refused request by itself; a page outside the demo has one on purpose.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      errors.push(message.text())
  })
  await page.goto(address)
  return { page, errors, close: () => context.close() }
}

/** What axe finds wrong, each with the first element it is about. */
export async function axeFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  return violations.map((v) => `${v.id}: ${v.help}: ${v.nodes[0]?.html.slice(0, 200)}`)
}

/** By how many pixels the page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
